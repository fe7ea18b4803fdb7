import Control
import Hummingbird
import Vocabulary

extension RouteTable {
  static let plans: [Route] = [
    Route(
      .post, "/v1/domains/{name}/plan", "planDomain",
      "What would be done for a document, or for the one that is kept. Changes nothing.", .scope(.read), .domain,
      parameters: [
        .name, .queries("removals", .form(.nonEmpty), "Ids whose removal is meant."),
        .query("reassert", .words(["true", "false"]), "Put back what a guest or a foreign writer changed."),
        .query("grow", .words(["true", "false"]), "Add PCI ports where there are too few."),
      ],
      body: .optionalDocument, answers: [.json("Plan", "The plan.")], handler: PlanRoutes.domain),
    Route(
      .post, "/v1/plan", "plan", "What would be done for several domains. Changes nothing.", .scope(.read), .filtered,
      body: .json("ReconcileRequest"), answers: [.json("Plans", "A plan for each.")], handler: PlanRoutes.several),
    Route(
      .post, "/v1/reconcile", "reconcile",
      "Takes documents in and reaches them, telling of each step. It goes on when the caller has gone.",
      .scope(.reconcile), .filtered, body: .json("ReconcileRequest"), answers: [.progress],
      handler: PlanRoutes.reconcile),
  ]
}

private enum PlanRoutes {
  static func domain(_ call: RouteCall) async throws(Problem) -> Response {
    let request = ReconcileRequest(
      domains: [call.domain], documents: call.body.isEmpty ? [] : [call.givenDocument],
      removals: call.values["removals"] ?? [], reassert: call.flag("reassert"), grow: call.flag("grow"),
      requester: call.requester)
    guard let plan = try await call.control.plan(request).first else {
      throw Problem("no-such-domain", "there is no domain '\(call.domain)'", domain: call.domain)
    }
    return try .json(plan)
  }

  static func several(_ call: RouteCall) async throws(Problem) -> Response {
    try .json(Items(items: try await call.control.plan(try await request(call))))
  }

  static func reconcile(_ call: RouteCall) async throws(Problem) -> Response {
    .progress(try await call.control.reconcile(try await request(call)), call.services.limits)
  }

  private static func request(_ call: RouteCall) async throws(Problem) -> ReconcileRequest {
    let body = try call.decoded(ReconcileBody.self)
    let domains = body.domains ?? []
    // Which domains documents are of is known to their reader only; among several, `domains` selects.
    if domains.isEmpty { try call.visibility.requireEvery(remedy: "name the domains in `domains`") }
    if body.all == true { try call.visibility.requireEvery(remedy: "name the domains in `domains`, without `all`") }
    for domain in domains { try await call.visibility.require(domain) }
    var request = ReconcileRequest(
      domains: domains, documents: body.documents ?? [], all: body.all ?? false, removals: body.removals ?? [],
      reassert: body.reassert ?? false, grow: body.grow ?? false, requester: call.requester)
    if let timeout = body.timeout { request.timeout = timeout }
    request.isDetached = body.isDetached ?? false
    return request
  }

  /// A `ReconcileRequest` of which everything may be left out.
  private struct ReconcileBody: Decodable {
    var domains: [String]?
    var documents: [IntentSource]?
    var all: Bool?
    var removals: [String]?
    var reassert: Bool?
    var grow: Bool?
    var timeout: Int64?
    var isDetached: Bool?
  }
}
