import Control
import Hummingbird
import Vocabulary

extension RouteTable {
  static let domains: [Route] = [
    Route(
      .get, "/v1/domains", "listDomains", "The host's domains, a page of them, by name.", .scope(.read), .filtered,
      parameters: [
        .queries("label", .form(.label), "`key=value`, or `key` for the label alone."),
        .query("managed", .words(["true", "false"]), "Those with a document, or those without."),
        .query("limit", .integer(1...1000), "How many at most; a page may have fewer and still have a next one."),
        .query("after", .form(.nonEmpty), "`next` of the page before."),
      ],
      answers: [.json("DomainList", "A page.")], handler: DomainRoutes.list),
    Route(
      .get, "/v1/domains/{name}", "getDomain", "A domain with its conditions, devices and document.", .scope(.read),
      .domain, parameters: [.name],
      answers: [.json("Domain", "The domain.", headers: [Route.Answer.entityTag])], handler: DomainRoutes.get),
    Route(
      .delete, "/v1/domains/{name}", "deleteDomain",
      "Removes a domain. What belongs to it is kept or deleted as is said here.", .scope(.admin), .domain,
      parameters: [
        .name, fate("nvram"), fate("tpm"), fate("savedImage"), fate("snapshots"),
        .query("force", .words(["true", "false"]), "End it as pulling the plug would."),
        .query("timeout", .form(.duration), "How long the guest is waited for."), .wait, .idempotencyKey,
      ],
      answers: [.operation], handler: DomainRoutes.delete),
    Route(
      .post, "/v1/domains/query", "queryDomains", "Domains with everything there is to say of them.", .scope(.read),
      .filtered, body: .json("DomainNames"), answers: [.json("DomainReports", "The domains.")],
      handler: DomainRoutes.query),
  ]

  private static func fate(_ name: String) -> Route.Parameter {
    .query(name, .strings(VerbRequest.Fate.allCases), "What becomes of it.")
  }
}

private enum DomainRoutes {
  static func list(_ call: RouteCall) async throws(Problem) -> Response {
    var query = DomainQuery(
      isManaged: call["managed"].map { $0 == "true" }, after: call["after"],
      limit: call.integer("limit").map(Int.init) ?? 500)
    for label in call.values["label"] ?? [] {
      let parts = label.split(separator: "=", maxSplits: 1).map(String.init)
      let value = parts.count > 1 ? parts[1] : ""
      if let other = query.labels.updateValue(value, forKey: parts[0]), other != value {
        throw Problem("malformed-request", "the label '\(parts[0])' is asked for with two values", path: "label")
      }
    }
    var listing = try await call.control.list(query)
    let visibility = call.visibility
    listing.items.removeAll { !visibility.permits(name: $0.name, labels: $0.labels) }
    return try .json(listing)
  }

  static func get(_ call: RouteCall) async throws(Problem) -> Response {
    guard let report = try await call.control.domains([call.domain]).first else {
      throw Problem("no-such-domain", "there is no domain '\(call.domain)'", domain: call.domain)
    }
    let intent = try await document(of: report, call)
    return try .json(DomainAnswer(report: report, intent: intent), generation: report.generation)
  }

  /// The document of the generation that the report is of: what is kept may be newer by now.
  private static func document(of report: DomainReport, _ call: RouteCall) async throws(Problem) -> DocumentAnswer? {
    guard report.isManaged, let generation = report.generation else { return nil }
    do throws(Problem) {
      return DocumentAnswer(try await call.control.document(of: report.name, generation: generation))
    } catch  where error.code == "no-such-revision" || error.code == "no-intent" {
      // The store was lost, and the domain's own metadata knows the generation only.
      return nil
    }
  }

  static func delete(_ call: RouteCall) async throws(Problem) -> Response {
    func fate(_ name: String) -> VerbRequest.Fate? { call[name].flatMap(VerbRequest.Fate.init(rawValue:)) }
    let remains = VerbRequest.Remains(
      nvram: fate("nvram"), tpm: fate("tpm"), savedImage: fate("savedImage"), snapshots: fate("snapshots"))
    var request = VerbRequest(
      .delete, domain: call.domain, force: call.flag("force"), remains: remains, requester: call.requester)
    if let timeout = call.duration("timeout") { request.timeout = timeout }
    return try await call.begin(request)
  }

  static func query(_ call: RouteCall) async throws(Problem) -> Response {
    let names = try call.decoded(DomainNames.self).names ?? []
    for name in names { try await call.visibility.require(name) }
    let visibility = call.visibility
    let reports = try await call.control.domains(names)
    return try .json(Items(items: reports.filter { visibility.permits(name: $0.name, labels: $0.labels) }))
  }

  private struct DomainNames: Decodable { var names: [String]? }
}

/// A list of documents.
struct Items<Item: Encodable>: Encodable {
  let items: [Item]
}

/// A document as it was given.
private struct DocumentAnswer: Encodable {
  let source: String
  let text: String

  init(_ source: IntentSource) {
    self.source = source.name
    text = String(decoding: source.bytes, as: UTF8.self)
  }
}

private struct DomainAnswer: Encodable {
  let report: DomainReport
  let intent: DocumentAnswer?

  private enum Key: CodingKey { case intent }

  func encode(to encoder: any Encoder) throws {
    try report.encode(to: encoder)
    var container = encoder.container(keyedBy: Key.self)
    try container.encodeIfPresent(intent, forKey: .intent)
  }
}
