import Control
import Hummingbird
import NIOCore
import Vocabulary

extension RouteTable {
  static let intent: [Route] = [
    Route(
      .put, "/v1/domains/{name}/intent", "putIntent",
      "Takes a document in. It is durable when this answers, and is reached from then on.", .scope(.reconcile), .domain,
      parameters: [
        .name,
        .header(
          "If-Match", .oneOf([.words(["*"]), .form(.generationTag)]),
          "The generation that the domain has, in quotes; * for any."),
        .header("If-None-Match", .words(["*"]), "*: the domain has no document yet."), .idempotencyKey,
      ],
      body: .document,
      answers: [
        Route.Answer(
          status: 202, summary: "Durable.", type: "application/json", schema: .reference("OperationStatus"),
          headers: [
            Route.Answer.location, Route.Answer.entityTag,
            .init(name: "Vmctl-Unchanged", summary: "true: equal to the newest document, and nothing was written."),
          ])
      ],
      handler: IntentRoutes.put),
    Route(
      .get, "/v1/domains/{name}/intent", "getIntent", "The document as it was given.", .scope(.read), .domain,
      parameters: [
        .name, .query("generation", .integer(1...Int64.max), "An older one; without: the newest."),
      ],
      answers: Route.Body.documentTypes.prefix(1).map {
        Route.Answer(
          status: 200, summary: "The document, byte for byte; application/json where it was given as that.", type: $0,
          headers: [Route.Answer.entityTag])
      },
      handler: IntentRoutes.get),
  ]
}

private enum IntentRoutes {
  static func put(_ call: RouteCall) async throws(Problem) -> Response {
    let expecting = try expectation(call)
    let submission = IntentSubmission(
      domain: call.domain, source: call.givenDocument, expecting: expecting,
      idempotencyKey: call.header("Idempotency-Key"), requester: call.requester)
    do throws(Problem) {
      let receipt = try await call.control.submit(submission)
      var response = try Response.operation(receipt.operation)
      response.headers[.eTag] = "\"\(receipt.generation)\""
      if receipt.isUnchanged { response.headers[.vmctlUnchanged] = "true" }
      return response
    } catch  where error.code == "stale-generation" && expecting != nil {
      return .problem(error, status: 412)
    }
  }

  static func get(_ call: RouteCall) async throws(Problem) -> Response {
    var generation = call.integer("generation")
    if generation == nil {
      // Of one moment: a tag of a later document would let its reader overwrite what he has not seen.
      generation = try await DomainFinder(control: call.control).item(call.domain)?.generation
    }
    let source = try await call.control.document(of: call.domain, generation: generation)
    var response = Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(bytes: source.bytes)))
    response.headers[.contentType] = source.name.hasSuffix(".json") ? "application/json" : "application/yaml"
    if let generation { response.headers[.eTag] = "\"\(generation)\"" }
    return response
  }

  private static func expectation(_ call: RouteCall) throws(Problem) -> IntentSubmission.Expectation? {
    let match = call.header("If-Match")
    if call.header("If-None-Match") != nil {
      guard match == nil else {
        throw Problem("expectations-conflict", "If-Match and If-None-Match exclude each other")
      }
      return IntentSubmission.Expectation.absent
    }
    guard let match else { return nil }
    guard match != "*" else { return .present }
    return TextForm.generation(match).map { .generation($0) }
  }
}

extension RouteCall {
  /// The body as a document of the domain in the path.
  var givenDocument: IntentSource {
    IntentSource(name: domain + (mediaType == "application/json" ? ".json" : ".yaml"), bytes: body)
  }
}
