package import Vocabulary

/// Guests and hosts: what a host offers, and what becomes of guests there. Nothing is started, and nothing is written.
package protocol HostABI: Sendable {
  /// What the host offers to guests.
  /// - Parameter machines: machine types to ask for beside those that its domains have.
  /// - Returns: what its libvirt says, and its files where they can be looked at.
  /// - Throws: where libvirt cannot be asked.
  func capture(machines: [String]) async throws(Problem) -> HostCapture

  /// What becomes of guests on a host.
  func check(_ request: HostCheckRequest) async throws(Problem) -> HostCheckReport

  /// Every domain of the host, both sides.
  func snapshot() async throws(Problem) -> HostSnapshot

  /// What became of the host's domains since then.
  func verify(_ snapshot: HostSnapshot) async throws(Problem) -> HostVerification
}
