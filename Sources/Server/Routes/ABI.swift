import Control
import Hummingbird
import Vocabulary

extension RouteTable {
  static let abi: [Route] = [
    Route(
      .post, "/v1/abi/compare", "compareABI", "What a guest would notice between two documents.", .scope(.read),
      .nothing, body: .json("ABICompareRequest", isLarge: true), answers: [.json("ABIComparison", "The findings.")],
      handler: ABIRoutes.compare),
    Route(
      .post, "/v1/abi/check", "checkHost", "What becomes of guests on a host. Starts none.", .scope(.read), .filtered,
      body: .json("HostCheckRequest", isLarge: true), answers: [.json("HostCheck", "Each guest.")],
      handler: ABIRoutes.check),
    Route(
      .post, "/v1/abi/capture", "captureHost", "What the host offers to guests.", .scope(.read), .host,
      body: .json("CaptureRequest", isRequired: false), answers: [.json("HostCapture", "What it offers.")],
      handler: ABIRoutes.capture),
    Route(
      .get, "/v1/abi/snapshot", "snapshotHost", "Every domain of the host, both sides.", .scope(.read), .host,
      answers: [.json("HostSnapshot", "The domains.")],
      handler: { call async throws(Problem) in try .json(await call.control.snapshot()) }),
    Route(
      .post, "/v1/abi/verify", "verifyHost", "What became of the domains since a snapshot.", .scope(.read), .host,
      body: .json("HostSnapshot", isLarge: true), answers: [.json("HostVerification", "Each domain.")],
      handler: ABIRoutes.verify),
  ]
}

private enum ABIRoutes {
  static func compare(_ call: RouteCall) async throws(Problem) -> Response {
    try .json(await call.control.compare(try call.decoded(ABICompareRequest.self)))
  }

  static func check(_ call: RouteCall) async throws(Problem) -> Response {
    let body = try call.decoded(CheckBody.self)
    let domains = body.domains ?? []
    if domains.isEmpty { try call.visibility.requireEvery(remedy: "name the domains in `domains`") }
    for domain in domains { try await call.visibility.require(domain) }
    let request = HostCheckRequest(
      domains: domains, isStored: body.isStored ?? false, host: body.host, from: body.from ?? [])
    // A URI is opened by the daemon, and libvirt's can name a program to run (`?command=`).
    if request.namesURI, !call.principal.scopes.contains(.admin) { throw Problem.withoutScope(.admin) }
    return try .json(await call.control.check(request))
  }

  static func capture(_ call: RouteCall) async throws(Problem) -> Response {
    try .json(await call.control.capture(machines: try call.decoded(CaptureBody.self).machines ?? []))
  }

  static func verify(_ call: RouteCall) async throws(Problem) -> Response {
    try .json(await call.control.verify(try call.decoded(HostSnapshot.self)))
  }

  private struct CheckBody: Decodable {
    var domains: [String]?
    var isStored: Bool?
    let host: [HostSource]
    var from: [HostSource]?
  }

  private struct CaptureBody: Decodable { var machines: [String]? }
}

extension HostCheckRequest {
  fileprivate var namesURI: Bool {
    (host + from).contains { source in
      if case .uri = source { true } else { false }
    }
  }
}
