import Control
import Hummingbird
import Vocabulary

extension RouteTable {
  static let history: [Route] = [
    Route(
      .get, "/v1/domains/{name}/history", "getHistory", "What was done, and the records of both sides, newest first.",
      .scope(.read), .domain, parameters: [.name, .query("limit", .integer(1...1000), "How many of each at most.")],
      answers: [.json("History", "The history.")], handler: HistoryRoutes.history),
    Route(
      .get, "/v1/domains/{name}/differences", "getDifferences",
      "Where document, running domain and definition differ, and who is behind it.", .scope(.read), .domain,
      parameters: [.name], answers: [.json("Differences", "The differences.")],
      handler: { call async throws(Problem) in try .json(await call.control.differences(of: call.domain)) }),
    Route(
      .get, "/v1/domains/{name}/provenance", "getProvenance", "Who chose what the domain's devices are, and when.",
      .scope(.read), .domain, parameters: [.name], answers: [.json("Provenance", "Each value.")],
      handler: { call async throws(Problem) in try .json(await call.control.provenance(of: call.domain)) }),
    Route(
      .get, "/v1/domains/{name}/adoption", "getAdoption", "What adopting the domain would say and do.", .scope(.read),
      .domain, parameters: [.name], answers: [.json("Adoption", "The document and its plan.")],
      handler: { call async throws(Problem) in try .json(await call.control.adoption(of: call.domain)) }),
  ]
}

private enum HistoryRoutes {
  static func history(_ call: RouteCall) async throws(Problem) -> Response {
    let limit = call.integer("limit").map(Int.init) ?? 50
    return try .json(
      HistoryDocument(
        operations: try await call.control.history(of: call.domain, limit: limit),
        revisions: try await call.control.revisions(of: call.domain, limit: limit)))
  }
}

private struct HistoryDocument: Encodable {
  var apiVersion = "vmctl/v1"
  var kind = "History"
  let operations: [OperationReport]
  let revisions: [RevisionDocument]
}
