import Digests
package import Vocabulary

/// How many ended operations of a domain are kept.
private let operationsKept: Int64 = 500

extension RecordStore {
  /// Opens an operation. Ask only when there is something to do: an operation is a write (I9).
  /// - Parameters:
  ///   - verb: what is done: `reconcile`, `start`, …
  ///   - domain: the domain it is done to; `nil` for the store itself.
  ///   - generation: the intent it works towards.
  ///   - at: now.
  ///   - steps: makes the plan's steps from the operation's number; they are written as they are given, so the first
  ///     may be `started` already.
  /// - Returns: the operation's number.
  /// - Throws: `.noSuchDomain`.
  package func startOperation(
    _ verb: String, domain: DomainKey?, generation: Generation? = nil, at: Timestamp,
    steps: @escaping @Sendable (OperationID) -> [StepRow] = { _ in [] }
  ) async throws(StoreError) -> OperationID {
    let path = location.path
    return try await write(.startOperation) { connection in
      let id = try connection.startOperation(verb, domain: domain, generation: generation, at: at, path: path)
      for step in steps(id) { try connection.save(step, of: domain) }
      return id
    }
  }

  /// Journals that a step's call is about to be made: durable when it returns, before libvirt is called (I6).
  /// - Parameters:
  ///   - step: the step.
  ///   - at: now.
  ///   - unplugs: what the guest is about to be asked for, known before it can have been asked.
  ///   - ledger: slots that devices are about to get, known before anybody can have seen them there.
  /// - Throws: `.noSuchStep` where the operation was never started.
  package func begin(
    _ step: StepRow, at: Timestamp, unplugs: [RowChange<UnplugRow>] = [], ledger: [RowChange<LedgerRow>] = []
  ) async throws(StoreError) {
    let path = location.path
    try await write(.begin) { connection in
      try connection.begin(step, at: at, path: path)
      guard let key = try connection.operation(step.operation, path: path).domain else { return }
      try connection.apply(unplugs, of: key)
      try connection.apply(ledger, of: key)
    }
  }

  /// Writes what came of a step and all that it changed, in one transaction.
  /// - Throws: `.noSuchStep` where the step was never begun. Nothing is left behind then, and the error says that the
  ///   outcome is not recorded: the step stays open, and the next pass settles it by reading.
  package func settle(_ settlement: Settlement) async throws(StoreError) {
    do {
      try await settling(settlement)
    } catch {
      if case .noSuchStep = error.kind { throw error }
      var error = error
      error.lostOutcome = true
      throw error
    }
  }

  private func settling(_ settlement: Settlement) async throws(StoreError) {
    let path = location.path
    try await write(.settle) { connection in
      let operation = try connection.operation(settlement.operation, path: path)
      guard var head = try connection.step(settlement.order, of: settlement.operation) else {
        throw StoreError(.noSuchStep(operation: settlement.operation.number, number: settlement.order), path: path)
      }
      head.step.state = settlement.state
      head.step.settledAt = settlement.state.isOpen ? nil : settlement.at
      head.step.error = settlement.error
      try connection.save(head)
      if let key = operation.domain {
        if let row = settlement.domain { try connection.saveDomain(row) }
        _ = try connection.record(
          settlement.record, of: key, origin: settlement.recordOrigin, operation: settlement.operation)
        try connection.apply(settlement.ledger, of: key)
        try connection.apply(settlement.applied, of: key)
        try connection.apply(settlement.unplugs, of: key)
        try connection.apply(settlement.phantoms, of: key)
        try connection.dropTombstones(of: key)
      }
      if let next = settlement.beginning { try connection.begin(next, at: settlement.at, path: path) }
      if let end = settlement.end { try connection.end(operation, end) }
    }
  }

  package func endOperation(_ id: OperationID, _ end: OperationRow.End) async throws(StoreError) {
    let path = location.path
    try await write(.endOperation) { try $0.end(try $0.operation(id, path: path), end) }
  }

  /// Steps of which something is still to be found out, oldest first: what a start after a crash settles by reading.
  package func openSteps(of key: DomainKey? = nil) async throws(StoreError) -> [StepRow] {
    try await read { try $0.openSteps(of: key) }
  }

  package func steps(of id: OperationID) async throws(StoreError) -> [StepRow] {
    try await read { connection in
      try connection.rows(StepHead.self, "WHERE operation = ? ORDER BY number", [Value(id)])
        .map { try $0.value.row(connection) }
    }
  }

  /// Every step of a domain that was done and sent XML, the newest first: where a value may have come from.
  package func doneSteps(of key: DomainKey) async throws(StoreError) -> [StepRow] {
    try await read { connection in
      // By their operations, which have an index by domain.
      let own = "operation IN (SELECT id FROM operations WHERE domain = ?)"
      return try connection.rows(
        StepHead.self, "WHERE \(own) AND state = 'done' ORDER BY operation DESC, number DESC", [Value(key)]
      ).map { try $0.value.row(connection) }
    }
  }

  package func operation(_ id: OperationID) async throws(StoreError) -> OperationRow? {
    try await read { try $0.rows(OperationRow.self, "WHERE id = ?", [Value(id)]).first?.value }
  }

  /// Operations, newest first (of every domain where `nil`).
  package func operations(of key: DomainKey? = nil, limit: Int = 100) async throws(StoreError) -> [OperationRow] {
    try await read { connection in
      let condition = key == nil ? "" : "WHERE domain = ? "
      return try connection.rows(
        OperationRow.self, condition + "ORDER BY id DESC LIMIT ?",
        (key.map { [Value($0)] } ?? []) + [Value(limit)]
      ).map(\.value)
    }
  }
}

extension Connection {
  func startOperation(
    _ verb: String, domain: DomainKey?, generation: Generation?, at: Timestamp, path: String
  ) throws -> OperationID {
    if let domain { try requireDomain(domain, path: path) }
    let id = OperationID(try nextOperation())
    try save(OperationRow(id: id, domain: domain, verb: verb, generation: generation, startedAt: at, end: nil))
    try dropOperations(of: domain)
    return id
  }

  func openSteps(of key: DomainKey?) throws -> [StepRow] {
    // Named, for SQLite would read every step ever journalled to have them in order.
    let open = "INDEXED BY steps_open WHERE state IN ('planned', 'started', 'unknown', 'waiting') "
    let condition = key == nil ? "" : "AND domain = ? "
    return try rows(
      StepHead.self, open + condition + "ORDER BY operation, number", key.map { [Value($0)] } ?? []
    ).map { try $0.value.row(self) }
  }

  func openOperations(of key: DomainKey, damage: inout [Damage]) throws -> [OperationID] {
    try soundRows(
      OperationRow.self, "INDEXED BY operations_open WHERE domain = ? AND ended_at IS NULL ORDER BY id", [Value(key)],
      damage: &damage
    ).map(\.value.id)
  }

  /// The open steps of a domain whose rows and XML are what was written.
  func openSteps(of key: DomainKey, damage: inout [Damage]) throws -> [StepRow] {
    let open =
      "INDEXED BY steps_open WHERE state IN ('planned', 'started', 'unknown', 'waiting') AND domain = ? "
      + "ORDER BY operation, number"
    var found: [StepRow] = []
    for (_, head) in try soundRows(StepHead.self, open, [Value(key)], damage: &damage) {
      do {
        found.append(try head.row(self))
      } catch is Damage {
        damage.append(Damage(of: head, in: StepHead.table, owner: key))
      }
    }
    return found
  }

  fileprivate func save(_ step: StepRow, of domain: DomainKey?) throws {
    let digest = step.xml.map { Digest(of: $0.bytes) }
    if let xml = step.xml, let digest { try keep(xml.bytes, digest: digest) }
    try save(StepHead(step: step, domain: domain, xmlDigest: digest))
  }

  fileprivate func begin(_ step: StepRow, at: Timestamp, path: String) throws {
    let domain = try operation(step.operation, path: path).domain
    var step = step
    step.state = .started
    step.startedAt = at
    try save(step, of: domain)
  }

  fileprivate func step(_ order: Int, of id: OperationID) throws -> StepHead? {
    try rows(StepHead.self, "WHERE operation = ? AND number = ?", [Value(id), Value(order)])
      .first?.value
  }

  fileprivate func operation(_ id: OperationID, path: String) throws -> OperationRow {
    guard let row = try rows(OperationRow.self, "WHERE id = ?", [Value(id)]).first?.value else {
      throw StoreError(.noSuchStep(operation: id.number, number: nil), path: path)
    }
    return row
  }

  fileprivate func end(_ operation: OperationRow, _ end: OperationRow.End) throws {
    try save(
      OperationRow(
        id: operation.id, domain: operation.domain, verb: operation.verb, generation: operation.generation,
        startedAt: operation.startedAt, end: end))
  }

  /// AUTOINCREMENT keeps the highest number ever given in `sqlite_sequence`.
  fileprivate func nextOperation() throws -> Int64 {
    (try integer("SELECT seq FROM sqlite_sequence WHERE name = 'operations'") ?? 0) + 1
  }

  fileprivate func dropOperations(of key: DomainKey?) throws {
    let sql = """
      DELETE FROM operations WHERE domain IS ?1 AND ended_at IS NOT NULL AND id <= (
        SELECT id FROM operations WHERE domain IS ?1 ORDER BY id DESC LIMIT 1 OFFSET \(operationsKept))
      """
    try execute(sql, [.domain(key)])
  }
}
