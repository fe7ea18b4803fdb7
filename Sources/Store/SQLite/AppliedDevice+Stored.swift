import Vocabulary

extension AppliedDevice: StoredRow {
  static let table = Table(
    "applied", key: ["device"], rest: ["kind", "alias", "reference", "protected", "xml_digest", "generation"])

  var values: [Value] {
    [
      .text(id.text), .text(kind), .text(alias), Value(isReference),
      Value(isProtected), Value(appliedXMLDigest), Value(generation),
    ]
  }

  init(_ row: inout StoredColumns) throws {
    id = try row.device()
    kind = try row.text()
    alias = try row.text()
    isReference = try row.flag()
    isProtected = try row.flag()
    appliedXMLDigest = try row.digest()
    generation = try row.generation()
  }
}
