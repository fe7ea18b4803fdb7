package import Vocabulary

/// How many revisions of a side are kept.
private let revisionsKept: Int64 = 100

extension RecordStore {
  /// Records what libvirt returned. A side that is `nil` stays as it was; one whose bytes and versions are those of
  /// the newest revision is not written.
  /// - Returns: whether anything was written.
  /// - Throws: `.noSuchDomain` where the domain has no row.
  @discardableResult
  package func record(
    _ sides: BothSides<RecordedSide?>, of key: DomainKey, origin: ChangeOrigin, operation: OperationID? = nil
  ) async throws(StoreError) -> Bool {
    let path = location.path
    return try await write(.record) { connection in
      try connection.requireDomain(key, path: path)
      return try connection.record(sides, of: key, origin: origin, operation: operation)
    }
  }

  /// The newest record of a side with its bytes.
  package func recorded(_ side: Side, of key: DomainKey) async throws(StoreError) -> RecordedSide? {
    try await read { connection in
      try connection.head(side, of: key).map { try connection.recorded($0) }
    }
  }

  /// A revision with its bytes; `nil` where it is not kept any more.
  package func recorded(_ side: Side, of key: DomainKey, revision: Int64) async throws(StoreError) -> RecordedSide? {
    try await read { connection in
      let found = try connection.rows(
        Revision.self, "WHERE domain = ? AND side = ? AND revision = ?",
        [Value(key), Value(side), .integer(revision)])
      return try found.first.map { try connection.recorded($0.value) }
    }
  }

  /// The revisions of a side that are kept (the newest 100), newest first.
  package func revisions(_ side: Side, of key: DomainKey) async throws(StoreError) -> [Revision] {
    try await read { connection in
      try connection.rows(
        Revision.self, "WHERE domain = ? AND side = ? ORDER BY revision DESC",
        [Value(key), Value(side)]
      ).map(\.value)
    }
  }
}

extension Connection {
  func record(
    _ sides: BothSides<RecordedSide?>, of key: DomainKey, origin: ChangeOrigin, operation: OperationID?
  ) throws -> Bool {
    var wrote = false
    for side in Side.allCases {
      guard let new = sides[side] else { continue }
      var damage: [Damage] = []
      let last = try head(side, of: key, damage: &damage)
      if let last, last.bytesDigest == new.bytesDigest, last.libvirtVersion == new.libvirtVersion,
        last.hypervisorVersion == new.hypervisorVersion
      {
        try keep(new.xml.bytes, digest: new.bytesDigest, of: key)
        continue
      }
      let number = try lastRevision(side, of: key) + 1
      // What libvirt returned just now is better than any damaged record of it.
      try setAside(damage)
      try keep(new.xml.bytes, digest: new.bytesDigest, of: key)
      try save(
        Revision(
          number: number, side: side, bytesDigest: new.bytesDigest, libvirtVersion: new.libvirtVersion,
          hypervisorVersion: new.hypervisorVersion, recordedAt: new.recordedAt, origin: origin, operation: operation),
        of: key)
      try remove(
        from: Revision.table, where: "domain = ? AND side = ? AND revision <= ?",
        [Value(key), Value(side), .integer(number - revisionsKept)])
      wrote = true
    }
    return wrote
  }

  func head(_ side: Side, of key: DomainKey) throws -> Revision? {
    var damage: [Damage] = []
    let head = try head(side, of: key, damage: &damage)
    if let first = damage.first { throw first }
    return head
  }

  /// The newest revision; `nil` also where it is damaged, for an older one is not what libvirt returned last.
  func head(_ side: Side, of key: DomainKey, damage: inout [Damage]) throws -> Revision? {
    try soundRows(
      Revision.self, "WHERE domain = ? AND side = ? ORDER BY revision DESC LIMIT 1", [Value(key), Value(side)],
      damage: &damage
    ).first?.value
  }

  /// The highest number that a side's records have had, by the key alone.
  private func lastRevision(_ side: Side, of key: DomainKey) throws -> Int64 {
    try integer("SELECT max(revision) FROM revisions WHERE domain = ? AND side = ?", [Value(key), Value(side)]) ?? 0
  }

  func recorded(_ revision: Revision) throws -> RecordedSide {
    RecordedSide(
      xml: XMLText(bytes: try blob(revision.bytesDigest)), verified: revision.bytesDigest,
      libvirtVersion: revision.libvirtVersion, hypervisorVersion: revision.hypervisorVersion,
      recordedAt: revision.recordedAt)
  }

  /// The newest revision of each side of many domains, in one look.
  func heads(
    _ range: (String, [Value]), damage: inout [Damage]
  ) throws -> [DomainKey: BothSides<Revision?>] {
    let newest = "SELECT domain, side, max(revision) FROM revisions \(range.0) GROUP BY domain, side"
    let found = try soundRows(
      Revision.self, "WHERE (domain, side, revision) IN (\(newest))", range.1, damage: &damage)
    var heads: [DomainKey: BothSides<Revision?>] = [:]
    for (owner, revision) in found {
      guard let owner else { continue }
      heads[owner, default: BothSides(live: nil, persistent: nil)][revision.side] = revision
    }
    return heads
  }
}
