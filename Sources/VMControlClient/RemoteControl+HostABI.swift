package import Control
package import Vocabulary

extension RemoteControl {
  package func capture(machines: [String]) async throws(Problem) -> HostCapture {
    try await document(long(asking(looking("v1", "abi", "capture"), ["machines": machines])))
  }

  package func check(_ request: HostCheckRequest) async throws(Problem) -> HostCheckReport {
    try await document(long(asking(looking("v1", "abi", "check"), request)))
  }

  package func snapshot() async throws(Problem) -> HostSnapshot {
    try await document(long(HTTPRequest(.get, ["v1", "abi", "snapshot"])))
  }

  package func verify(_ snapshot: HostSnapshot) async throws(Problem) -> HostVerification {
    try await document(long(asking(looking("v1", "abi", "verify"), snapshot)))
  }

  package func compare(_ request: ABICompareRequest) async throws(Problem) -> ABIReport {
    try await document(asking(looking("v1", "abi", "compare"), request))
  }

  func long(_ request: HTTPRequest) -> HTTPRequest {
    var request = request
    request.patience = RemoteControl.longLook
    return request
  }
}
