package import Control
package import Vocabulary

extension RemoteControl {
  package func submit(_ submission: IntentSubmission) async throws(Problem) -> IntentReceipt {
    var request = RemoteControl.domain(.put, submission.domain, "intent")
    let isJSON = submission.source.bytes.first { ![9, 10, 13, 32].contains($0) } == UInt8(ascii: "{")
    request.fields["content-type"] = isJSON ? "application/json" : "application/yaml"
    switch submission.expecting {
    case .absent: request.fields["if-none-match"] = "*"
    case .present: request.fields["if-match"] = "*"
    case .generation(let generation): request.fields["if-match"] = "\"\(generation)\""
    case nil: break
    }
    request.fields["idempotency-key"] = submission.idempotencyKey
    request.body = submission.source.bytes
    let answer = try await answer(to: request)
    let status = try read(OperationStatus.self, answer.body, of: request)
    let tag = answer.head.fields["etag"].flatMap { Int64($0.filter { $0 != "\"" }) }
    guard let generation = tag ?? status.generation else {
      throw Problem("daemon-answer", "vmctld does not say which generation it is", domain: submission.domain)
    }
    return IntentReceipt(
      generation: generation, isFirst: generation == 1, isUnchanged: answer.head.fields["vmctl-unchanged"] == "true",
      operation: status)
  }

  package func begin(_ request: VerbRequest, idempotencyKey: String?) async throws(Problem) -> OperationStatus {
    var call = try verb(request)
    call.fields["idempotency-key"] = idempotencyKey
    return try await document(call)
  }

  package func begin(
    reconciling request: ReconcileRequest, idempotencyKey: String?
  ) async throws(Problem) -> OperationStatus {
    guard let domain = request.domains.first, request.domains.count == 1, request.documents.isEmpty else {
      throw Problem("usage", "one domain is reconciled at a time, by the document that it has")
    }
    var call = try asking(
      RemoteControl.domain(.post, domain, "reconcile"),
      ReconcileBody(
        timeout: RemoteControl.span(request.timeout), removals: request.removals, reassert: request.reassert,
        grow: request.grow))
    call.fields["idempotency-key"] = idempotencyKey
    return try await document(call)
  }

  private struct ReconcileBody: Encodable {
    var timeout: String
    var removals: [String]
    var reassert: Bool
    var grow: Bool
  }

  /// What a verb's route takes.
  private struct VerbBody: Encodable {
    var device: String?
    var timeout: String
    var force: Bool?
    var ifPending: Bool?
    var size: UInt64?
  }

  /// A password's; the only place where one is written.
  private struct PasswordBody: Encodable {
    var screen: String?
    var password: String
  }

  private func verb(_ request: VerbRequest) throws(Problem) -> HTTPRequest {
    let timeout = RemoteControl.span(request.timeout)
    switch request.verb {
    case .delete:
      var call = RemoteControl.domain(.delete, request.domain)
      for (name, fate) in [
        ("nvram", request.remains.nvram), ("tpm", request.remains.tpm), ("savedImage", request.remains.savedImage),
        ("snapshots", request.remains.snapshots),
      ] {
        if let fate { call.query.append((name, fate.rawValue)) }
      }
      if request.force { call.query.append(("force", "true")) }
      call.query.append(("timeout", timeout))
      return call
    case .password:
      guard let secret = request.secret else {
        throw Problem("usage", "there is no password", domain: request.domain)
      }
      return try asking(
        RemoteControl.domain(.post, request.domain, "password"),
        PasswordBody(screen: request.device, password: secret.text))
    case .start, .stop, .restart, .adopt, .forget, .restore, .protect, .unprotect, .eject, .resize, .suspend, .resume,
      .accept:
      return try asking(
        RemoteControl.domain(.post, request.domain, request.verb.rawValue),
        VerbBody(
          device: request.device, timeout: timeout, force: request.force ? true : nil,
          ifPending: request.ifPending ? true : nil, size: request.size))
    }
  }

  package func operation(_ id: String, wait: Int64) async throws(Problem) -> OperationStatus {
    var request = HTTPRequest(.get, ["v1", "operations", id])
    if wait > 0 { request.query.append(("wait", RemoteControl.span(wait))) }
    request.patience = .milliseconds(wait) + RemoteControl.slack
    return try await document(request)
  }

  // MARK: Progress

  package func reconcile(_ request: ReconcileRequest) async throws(Problem) -> AsyncStream<ProgressEvent> {
    let call = try asking(RemoteControl.posting(["v1", "reconcile"], isSafe: false), request)
    return try await progress(call, verb: "reconcile", of: request.domains)
  }

  package func perform(_ request: VerbRequest) async throws(Problem) -> AsyncStream<ProgressEvent> {
    let post = RemoteControl.posting(["v1", "perform"], isSafe: false, domain: request.domain)
    return try await progress(
      asking(post, Spoken(request: request)), verb: request.verb.rawValue, of: [request.domain])
  }

  /// A verb with its secret, which by itself it does not encode (I8).
  private struct Spoken: Encodable {
    let request: VerbRequest

    private enum CodingKeys: CodingKey { case secret }

    func encode(to encoder: any Encoder) throws {
      try request.encode(to: encoder)
      guard let secret = request.secret else { return }
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(secret.text, forKey: .secret)
    }
  }

  private func progress(
    _ request: HTTPRequest, verb: String, of domains: [String]
  ) async throws(Problem) -> AsyncStream<ProgressEvent> {
    var request = request
    request.fields["accept"] = "application/x-ndjson, application/problem+json"
    // A step may take as long as a guest does, and the caller's own --timeout ends it.
    request.patience = nil
    let stream = try await client.open(request)
    guard stream.head.isSuccess else {
      let body = try await stream.rest(limit: client.limits.line)
      throw Problem(answer: HTTPResponse(head: stream.head, body: body), to: request)
    }
    let feed = ProgressFeed(stream, limits: client.limits, verb: verb, domains: domains)
    // What ends before anything began is thrown: there is no domain yet to say it of.
    try await feed.begin()
    return AsyncStream { await feed.next() }
  }
}
