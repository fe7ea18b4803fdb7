/// Who asks, and what is let through for him. Known from the transport, never from what was sent: it is neither
/// encoded nor decoded, and what was decoded is trusted with nothing.
package struct Requester: Sendable, Hashable {
  /// What documents and devices may contain.
  package enum Trust: Sendable, Hashable {
    /// What the policy for documents lets through: no raw domain XML, files below the allowed roots only.
    case filtered
    /// Everything: who may do this is root on the host.
    case full
  }

  /// For the audit log and the history: `uid:1000`, `token:ci`, `cert:spiffe://…`.
  package let name: String
  package let trust: Trust
  /// Whether a domain that is marked as the controller's own may be stopped, deleted or cut off (E9).
  package let mayTouchController: Bool

  package init(name: String, trust: Trust, mayTouchController: Bool = false) {
    self.name = name
    self.trust = trust
    self.mayTouchController = mayTouchController
  }

  /// Who runs the command in his own process: libvirt's socket has let him in.
  package static let `operator` = Requester(name: "operator", trust: .full, mayTouchController: true)
  /// Who came out of a request's body.
  package static let unknown = Requester(name: "unknown", trust: .filtered)
}
