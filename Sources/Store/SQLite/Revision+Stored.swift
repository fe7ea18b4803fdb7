import Vocabulary

extension Revision: StoredRow {
  static let table = Table(
    "revisions", key: ["side", "revision"],
    rest: ["digest", "libvirt_version", "hypervisor_version", "recorded_at", "origin", "operation"])

  var values: [Value] {
    [
      Value(side), .integer(number), Value(bytesDigest), Value(libvirtVersion),
      Value(hypervisorVersion), Value(recordedAt), Value(origin),
      .integer(operation?.number),
    ]
  }

  init(_ row: inout StoredColumns) throws {
    side = try row.word()
    number = try row.integer()
    bytesDigest = try row.digest()
    libvirtVersion = try row.version()
    hypervisorVersion = try row.version()
    recordedAt = try row.moment()
    origin = try row.word()
    operation = try row.optionalInteger().map(OperationID.init)
  }
}
