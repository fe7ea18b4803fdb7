import Vocabulary

extension Connection {
  /// Takes damaged rows out of the store and keeps what they are now in the file beside it: nothing that somebody may
  /// want to look at is thrown away, and nothing that is wrong stays where it is read (F14).
  func setAside(_ damage: [Damage]) throws {
    try keepAside(damage)
    for bad in damage {
      guard let row = bad.row, let table = Table.all.first(where: { $0.name == bad.table }) else { continue }
      try remove(from: table, where: table.keyCondition, Array(row.prefix(table.keyCount)))
    }
  }

  /// Keeps what damaged rows are now, before they are written anew or taken out.
  func keepAside(_ damage: [Damage]) throws {
    guard !damage.isEmpty else { return }
    try aside?.keep(damage)
    mended += damage
  }

  /// Sets aside what of a domain (of all where `nil`) is damaged and can be done without: everything but the newest
  /// document of a domain, its newest record and its own row. Those are replaced by whoever has better.
  func setAsideWhatIsSpare(of key: DomainKey?) throws {
    let condition = key == nil ? "" : "WHERE domain = ? "
    let arguments = key.map { [Value($0)] } ?? []
    var damage: [Damage] = []
    _ = try soundRows(LedgerRow.self, condition, arguments, damage: &damage)
    _ = try soundRows(AppliedDevice.self, condition, arguments, damage: &damage)
    _ = try soundRows(UnplugRow.self, condition, arguments, damage: &damage)
    _ = try soundRows(PhantomRow.self, condition, arguments, damage: &damage)
    _ = try soundRows(ConditionRow.self, condition, arguments, damage: &damage)
    damage += try damagedRevisions(condition, arguments).filter { !$0.isNewest }.map(\.damage)
    damage += try damagedIntents(condition, arguments).filter { !$0.isNewest }.map(\.damage)
    damage += try damagedSteps(condition, arguments)
    try setAside(damage)
    // After the steps: with an operation go its own, which are kept with it.
    var operations: [Damage] = []
    _ = try soundRows(OperationRow.self, condition, arguments, damage: &operations)
    for operation in operations {
      let id = Array(operation.row?.prefix(1) ?? [])
      let steps = try stored(StepHead.table, "WHERE operation = ?", id)
      try setAside(
        steps.map { Damage(table: StepHead.table.name, key: StepHead.table.shownKey($0), row: $0) })
      try setAside([operation])
    }
  }

  /// Steps that are not what was written, or whose XML is not.
  func damagedSteps(_ condition: String, _ arguments: [Value]) throws -> [Damage] {
    var damage: [Damage] = []
    for (_, head) in try soundRows(StepHead.self, condition, arguments, damage: &damage) {
      guard let digest = head.xmlDigest, try !isSound(digest) else { continue }
      damage.append(Damage(of: head, in: StepHead.table, owner: head.domain))
    }
    return damage
  }

  /// Revisions that are not what was written, or whose bytes are not.
  func damagedRevisions(_ condition: String, _ arguments: [Value]) throws -> [(damage: Damage, isNewest: Bool)] {
    var damage: [Damage] = []
    for (owner, revision) in try soundRows(Revision.self, condition, arguments, damage: &damage) {
      guard try !isSound(revision.bytesDigest) else { continue }
      damage.append(Damage(of: revision, in: Revision.table, owner: owner))
    }
    return try damage.map { bad in
      let newer = "WHERE domain = ? AND side = ? AND revision > ? LIMIT 1"
      return (bad, try stored(Revision.table, newer, Array((bad.row ?? []).prefix(3))).isEmpty)
    }
  }

  /// Documents that are not what was written, or whose text is not.
  func damagedIntents(_ condition: String, _ arguments: [Value]) throws -> [(damage: Damage, isNewest: Bool)] {
    var damage: [Damage] = []
    for (owner, head) in try soundRows(IntentHead.self, condition, arguments, damage: &damage) {
      guard try !isSound(head.textDigest) else { continue }
      damage.append(Damage(of: head, in: IntentHead.table, owner: owner))
    }
    return try damage.map { bad in
      let newer = "WHERE domain = ? AND generation > ? LIMIT 1"
      return (bad, try stored(IntentHead.table, newer, Array((bad.row ?? []).prefix(2))).isEmpty)
    }
  }
}

extension Damage {
  /// A row that is sound and names bytes that are not.
  init(of row: some StoredRow, in table: Table, owner: DomainKey?) {
    var values = (table.isOwned ? [.domain(owner)] : []) + row.values
    values.append(Value(rowSum(table, values)))
    self.init(table: table.name, key: table.shownKey(values), owner: owner, row: values)
  }
}

extension Table {
  static let all = [
    DomainRow.table, Revision.table, IntentHead.table, LedgerRow.table, AppliedDevice.table, OperationRow.table,
    StepHead.table, UnplugRow.table, PhantomRow.table, ConditionRow.table,
  ]
}
