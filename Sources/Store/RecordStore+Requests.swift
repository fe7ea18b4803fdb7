package import Vocabulary

/// How long an answer is kept for the request to be made again, in milliseconds: a day, as clients that retry expect of
/// an Idempotency-Key.
private let requestsKept: Int64 = 24 * 3600 * 1000

extension RecordStore {
  /// Opens an operation for a request, or says what was answered to it before. The one durable with the other.
  /// - Parameters:
  ///   - verb: what is done.
  ///   - domain: the domain it is done to; `nil` where its rows may go with it.
  ///   - at: now.
  ///   - request: what the client calls it; `nil` where it does not.
  /// - Returns: the operation's number, or the earlier answer.
  /// - Throws: `.noSuchDomain`.
  package func startOperation(
    _ verb: String, domain: DomainKey?, at: Timestamp, request: IncomingRequest?
  ) async throws(StoreError) -> Result<OperationID, Asked> {
    let path = location.path
    return try await write(.startOperation) { connection in
      if let request, let known = try connection.request(request) { return .failure(Asked(row: known)) }
      let id = try connection.startOperation(verb, domain: domain, generation: nil, at: at, path: path)
      if let request { try connection.keep(request, answered: String(id.number), generation: nil) }
      return .success(id)
    }
  }

  /// Says whose an operation is that was opened for nobody, as it begins.
  package func assign(_ id: OperationID, to domain: DomainKey, at: Timestamp) async throws(StoreError) {
    let path = location.path
    try await write(.startOperation) { connection in
      try connection.requireDomain(domain, path: path)
      guard let row = try connection.rows(OperationRow.self, "WHERE id = ?", [Value(id)]).first?.value else { return }
      try connection.save(
        OperationRow(
          id: id, domain: domain, verb: row.verb, generation: row.generation, startedAt: at, end: row.end))
    }
  }

  /// Operations that were opened for nobody and never begun or ended: what a daemon that was killed left.
  package func unbegunOperations() async throws(StoreError) -> [OperationID] {
    try await read { connection in
      try connection.rows(OperationRow.self, "WHERE domain IS NULL AND ended_at IS NULL").map(\.value.id)
    }
  }

  /// A request was answered before.
  package struct Asked: Error, Sendable {
    package let row: RequestRow
  }
}

extension Connection {
  /// What was answered under a request's key, whatever was asked. A damaged row is no answer.
  func request(_ request: IncomingRequest) throws -> RequestRow? {
    var damage: [Damage] = []
    return try soundRows(
      RequestRow.self, "WHERE requester = ? AND key = ?", [.text(request.requester), .text(request.key)],
      damage: &damage
    ).first?.value
  }

  func keep(_ request: IncomingRequest, answered operation: String, generation: Generation?) throws {
    try save(
      RequestRow(
        requester: request.requester, key: request.key, digest: request.digest, operation: operation,
        generation: generation, at: request.at))
    try remove(from: RequestRow.table, where: "at < ?", [.integer(request.at.milliseconds - requestsKept)])
  }
}
