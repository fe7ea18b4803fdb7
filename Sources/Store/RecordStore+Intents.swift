import Digests
import Faults
package import Vocabulary

/// How many intents of a domain are kept beside the applied one.
private let intentsKept: Int64 = 100

extension RecordStore {
  /// Takes a document in. When it returns `.accepted` the document is durable.
  ///
  /// Judged in this order (R16): the request's key, `expecting` (If-Match), the client's own number (lower is stale),
  /// equal content.
  /// - Parameters:
  ///   - intent: the document.
  ///   - domain: the domain's row, inserted in the same transaction where the store does not know the domain.
  ///   - expecting: what the current generation must be; `nil` where any will do.
  ///   - floor: the highest generation known from elsewhere (the domain's metadata, after the store was lost).
  ///   - request: what the client calls this request. It is kept with the document where it is accepted.
  /// - Returns: what became of it. Staleness is an answer, not an error.
  /// - Throws: what stands in the way of writing; the document is not accepted then.
  package func accept(
    _ intent: IncomingIntent, for domain: DomainRow, expecting: IntentExpectation? = nil, floor: Generation? = nil,
    request: IncomingRequest? = nil
  ) async throws(StoreError) -> Acceptance {
    try await write(.accept) { connection in
      let key = domain.key
      if let request, let known = try connection.request(request) { return .asked(known) }
      let acceptance = try RecordStore.take(intent, for: domain, expecting: expecting, floor: floor, connection)
      if let request, let generation = acceptance.generation {
        try connection.keep(request, answered: "\(key.domain).\(generation)", generation: generation)
      }
      return acceptance
    }
  }

  private static func take(
    _ intent: IncomingIntent, for domain: DomainRow, expecting: IntentExpectation?, floor: Generation?,
    _ connection: Connection
  ) throws -> Acceptance {
    let key = domain.key
    // A number that was given stays given, even where its document is damaged.
    let newest = try connection.newestGeneration(of: key)
    if let expecting, !expecting.holds(newest, hasNumber: intent.clientGeneration != nil) {
      if case .unsaid = expecting, let newest { return .unconditional(current: newest) }
      return .stale(current: newest, clientGeneration: try connection.clientGeneration(of: key))
    }
    if let theirs = intent.clientGeneration, let ours = try connection.clientGeneration(of: key), theirs < ours,
      !PlantedBug.is(.acceptsStale)
    {
      return .stale(current: newest, clientGeneration: ours)
    }
    var damage: [Damage] = []
    let current = try connection.readableIntent(of: key, damage: &damage)
    // Below what is known from elsewhere the newest document here is not the newest there is.
    if let current, current.canonicalDigest == intent.canonicalDigest, current.generation > floor ?? Generation(0) {
      return .unchanged(current.generation)
    }
    if try !connection.exists(in: DomainRow.table, where: "domain = ?", [Value(key)]) {
      try connection.saveDomain(domain)
    }
    let last = max(newest ?? Generation(0), floor ?? Generation(0))
    try connection.setAside(damage)
    try connection.keep(intent, as: last.next, of: key)
    return .accepted(last.next)
  }

  /// The newest intent of a domain.
  package func intent(of key: DomainKey) async throws(StoreError) -> IntentRow? {
    try await read { try $0.newestIntent(of: key)?.row($0) }
  }

  /// One intent; `nil` where it is not kept (the newest 100, the applied one and the newest with a client's number are).
  package func intent(_ generation: Generation, of key: DomainKey) async throws(StoreError) -> IntentRow? {
    try await read { connection in
      try connection.rows(
        IntentHead.self, "WHERE domain = ? AND generation = ?", [Value(key), Value(generation)]
      ).first?.value.row(connection)
    }
  }

  /// The intents that are kept, newest first.
  package func intents(of key: DomainKey) async throws(StoreError) -> [IntentRow] {
    try await read { connection in
      try connection.rows(of: key, IntentHead.self, order: "ORDER BY generation DESC").map { try $0.row(connection) }
    }
  }
}

extension IntentExpectation {
  fileprivate func holds(_ newest: Generation?, hasNumber: Bool) -> Bool {
    switch self {
    case .none: newest == nil
    case .some: newest != nil
    case .generation(let expected): newest == expected
    case .unsaid: newest == nil || hasNumber
    }
  }
}

extension Acceptance {
  fileprivate var generation: Generation? {
    switch self {
    case .accepted(let generation), .unchanged(let generation): generation
    case .stale, .unconditional, .asked: nil
    }
  }
}

extension Connection {
  func newestIntent(of key: DomainKey) throws -> IntentHead? {
    try rows(of: key, IntentHead.self, order: "ORDER BY generation DESC LIMIT 1").first
  }

  /// The newest intent with its text; `nil` also where either is damaged.
  func readableIntent(of key: DomainKey, damage: inout [Damage]) throws -> IntentRow? {
    let newest = try soundRows(of: key, IntentHead.self, order: "ORDER BY generation DESC LIMIT 1", damage: &damage)
    guard let head = newest.first else { return nil }
    do {
      return try head.row(self)
    } catch is Damage {
      damage.append(Damage(of: head, in: IntentHead.table, owner: key))
      return nil
    }
  }

  /// By the key alone.
  fileprivate func newestGeneration(of key: DomainKey) throws -> Generation? {
    try integer("SELECT max(generation) FROM intents WHERE domain = ?", [Value(key)]).map(Generation.init)
  }

  /// The newest intent of each of many domains, in one look, without its text.
  func newestIntents(
    _ range: (String, [Value]), damage: inout [Damage]
  ) throws -> [DomainKey: IntentHead] {
    let newest = "SELECT domain, max(generation) FROM intents \(range.0) GROUP BY domain"
    var found: [DomainKey: IntentHead] = [:]
    let condition = "WHERE (domain, generation) IN (\(newest))"
    for (owner, intent) in try soundRows(IntentHead.self, condition, range.1, damage: &damage) {
      if let owner { found[owner] = intent }
    }
    return found
  }

  /// The client's own number as it gave it last: a document without one does not set it back.
  fileprivate func clientGeneration(of key: DomainKey) throws -> Int64? {
    let condition = "WHERE domain = ? AND client_generation IS NOT NULL ORDER BY generation DESC LIMIT 1 OFFSET ?"
    // Whoever gives a document in place of a damaged one is not told that he is late by the damaged one.
    var damage: [Damage] = []
    while true {
      let known = damage.count
      let place = Value.integer(Int64(known))
      let newest = try soundRows(IntentHead.self, condition, [Value(key), place], damage: &damage).first
      if let newest { return newest.value.clientGeneration }
      if damage.count == known { return nil }
    }
  }

  fileprivate func keep(_ intent: IncomingIntent, as generation: Generation, of key: DomainKey) throws {
    let textDigest = Digest(of: intent.text)
    try keep(intent.text, digest: textDigest, of: key)
    try save(
      IntentHead(
        generation: generation, clientGeneration: intent.clientGeneration, textDigest: textDigest,
        canonicalDigest: intent.canonicalDigest, receivedAt: intent.receivedAt, source: intent.source),
      of: key)
    let oldest = """
      domain = ?1 AND generation <= ?2 AND generation IS NOT (SELECT applied_generation FROM domains WHERE domain = ?1)
      AND generation IS NOT (
        SELECT max(generation) FROM intents WHERE domain = ?1 AND client_generation IS NOT NULL)
      """
    try remove(
      from: IntentHead.table, where: oldest, [Value(key), .integer(generation.number - intentsKept)])
  }
}
