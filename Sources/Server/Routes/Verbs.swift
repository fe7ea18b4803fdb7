import Control
import Hummingbird
import Vocabulary

extension RouteTable {
  static let verbs: [Route] =
    [
      verb(.start, "Starts it.", .reconcile), verb(.stop, "Asks the guest to shut down.", .reconcile),
      verb(.restart, "Stops and starts it: what waits for the next boot takes effect.", .reconcile),
      verb(.suspend, "Hands off, until resume.", .reconcile), verb(.resume, "Hands on again.", .reconcile),
      verb(.eject, "Takes the medium out of a drive.", .reconcile),
      verb(.resize, "Grows a disk of the running domain.", .reconcile),
      verb(.adopt, "Takes an existing domain over.", .admin), verb(.forget, "Lets go of it.", .admin),
      verb(.restore, "Brings a domain that is gone back.", .admin),
      verb(.accept, "Says that the guest's hardware is right as it is.", .admin),
      verb(.protect, "Protects a domain or a device.", .protect, body: "ProtectBody"),
      verb(.unprotect, "Lifts protection.", .protect, body: "ProtectBody"),
      verb(.password, "Sets the password of a screen.", .reconcile, body: "PasswordBody"),
      Route(
        .post, "/v1/domains/{name}/reconcile", "reconcileDomain", "Looks at it now, and reaches its document.",
        .scope(.reconcile), .domain, parameters: [.name, .wait, .idempotencyKey],
        body: .json("VerbBody", isRequired: false),
        answers: [.operation], handler: VerbRoutes.reconcile),
      Route(
        .post, "/v1/perform", "perform", "A verb, telling of each step. It goes on when the caller has gone.", .verb,
        .filtered, body: .json("VerbRequest"), answers: [.progress], handler: VerbRoutes.perform),
    ]

  private static func verb(
    _ verb: VerbRequest.Verb, _ summary: String, _ scope: Scope, body: String = "VerbBody"
  ) -> Route {
    Route(
      .post, "/v1/domains/{name}/\(verb.rawValue)", verb.rawValue + "Domain", summary, .scope(scope), .domain,
      parameters: [.name, .wait, .idempotencyKey], body: .json(body, isRequired: verb == .password),
      answers: [.operation], handler: VerbRoutes.handler(verb))
  }

  /// What a verb needs, on its own route and in `/v1/perform`.
  static func scope(of verb: VerbRequest.Verb) -> Scope {
    switch verb {
    case .start, .stop, .restart, .suspend, .resume, .eject, .resize, .password: .reconcile
    case .protect, .unprotect: .protect
    case .adopt, .forget, .restore, .accept, .delete: .admin
    }
  }
}

private enum VerbRoutes {
  static func handler(_ verb: VerbRequest.Verb) -> RouteHandler {
    if verb == .password { return password }
    return { call async throws(Problem) -> Response in try await begin(verb, call) }
  }

  static func begin(_ verb: VerbRequest.Verb, _ call: RouteCall) async throws(Problem) -> Response {
    let body = try call.decoded(VerbBody.self)
    var request = VerbRequest(
      verb, domain: call.domain, device: body.device, force: body.force ?? false, ifPending: body.ifPending ?? false,
      requester: call.requester)
    if let timeout = body.timeout.flatMap(TextForm.milliseconds) { request.timeout = timeout }
    request.size = body.size
    return try await call.begin(request)
  }

  static func password(_ call: RouteCall) async throws(Problem) -> Response {
    let body = try call.decoded(PasswordBody.self)
    var request = VerbRequest(.password, domain: call.domain, device: body.screen, requester: call.requester)
    request.secret = body.password
    return try await call.begin(request)
  }

  static func reconcile(_ call: RouteCall) async throws(Problem) -> Response {
    let body = try call.decoded(VerbBody.self)
    var request = ReconcileRequest(
      domains: [call.domain], removals: body.removals ?? [], reassert: body.reassert ?? false,
      grow: body.grow ?? false, requester: call.requester)
    if let timeout = body.timeout.flatMap(TextForm.milliseconds) { request.timeout = timeout }
    return try await call.answer(
      call.control.begin(reconciling: request, idempotencyKey: call.header("Idempotency-Key")))
  }

  static func perform(_ call: RouteCall) async throws(Problem) -> Response {
    let body = try call.decoded(PerformBody.self)
    let scope = RouteTable.scope(of: body.verb)
    guard call.principal.scopes.contains(scope) else { throw Problem.withoutScope(scope) }
    try await call.visibility.require(body.domain)
    var request = VerbRequest(
      body.verb, domain: body.domain, device: body.device, force: body.force ?? false,
      ifPending: body.ifPending ?? false, remains: body.remains ?? VerbRequest.Remains(), requester: call.requester)
    if let timeout = body.timeout { request.timeout = timeout }
    request.size = body.size
    request.secret = body.secret
    return .progress(try await call.control.perform(request), call.services.limits)
  }

  private struct VerbBody: Decodable {
    var device: String?
    var timeout: String?
    var force: Bool?
    var ifPending: Bool?
    var size: UInt64?
    var removals: [String]?
    var reassert: Bool?
    var grow: Bool?
  }

  private struct PasswordBody: Decodable {
    let screen: String?
    let password: Secret

    private enum Key: CodingKey { case screen, password }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Key.self)
      screen = try container.decodeIfPresent(String.self, forKey: .screen)
      password = Secret(try container.decode(String.self, forKey: .password))
    }
  }

  /// A `VerbRequest` with its secret, which that one neither gives nor takes.
  private struct PerformBody: Decodable {
    let verb: VerbRequest.Verb
    let domain: String
    let device: String?
    let timeout: Int64?
    let force: Bool?
    let ifPending: Bool?
    let remains: VerbRequest.Remains?
    let size: UInt64?
    let secret: Secret?

    private enum Key: CodingKey { case verb, domain, device, timeout, force, ifPending, remains, size, secret }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Key.self)
      verb = try container.decode(VerbRequest.Verb.self, forKey: .verb)
      domain = try container.decode(String.self, forKey: .domain)
      device = try container.decodeIfPresent(String.self, forKey: .device)
      timeout = try container.decodeIfPresent(Int64.self, forKey: .timeout)
      force = try container.decodeIfPresent(Bool.self, forKey: .force)
      ifPending = try container.decodeIfPresent(Bool.self, forKey: .ifPending)
      remains = try container.decodeIfPresent(VerbRequest.Remains.self, forKey: .remains)
      size = try container.decodeIfPresent(UInt64.self, forKey: .size)
      secret = try container.decodeIfPresent(String.self, forKey: .secret).map { Secret($0) }
    }
  }
}

extension RouteCall {
  /// Begins a verb, waits where that was asked for, and answers 202.
  func begin(_ request: VerbRequest) async throws(Problem) -> Response {
    try await answer(control.begin(request, idempotencyKey: header("Idempotency-Key")))
  }

  fileprivate func answer(_ status: OperationStatus) async throws(Problem) -> Response {
    guard wait > 0, !status.isOver else { return try .operation(status) }
    return try .operation(try await waiting(for: status.id, wait))
  }
}
