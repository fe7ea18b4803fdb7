import Vocabulary

extension RequestRow: StoredRow {
  static let table = Table(
    "requests", owned: false, key: ["requester", "key"], rest: ["digest", "operation", "generation", "at"])

  var values: [Value] {
    [.text(requester), .text(key), Value(digest), .text(operation), .generation(generation), Value(at)]
  }

  init(_ row: inout StoredColumns) throws {
    requester = try row.text()
    key = try row.text()
    digest = try row.digest()
    operation = try row.text()
    generation = try row.optionalGeneration()
    at = try row.moment()
  }
}
