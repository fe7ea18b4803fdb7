import Vocabulary

extension ConditionRow: StoredRow {
  static let table = Table(
    "conditions", key: ["type"], rest: ["status", "reason", "message", "since", "observed_generation"])

  var values: [Value] {
    [
      .text(type), Value(status), .text(reason), .text(message), Value(since),
      .generation(observedGeneration),
    ]
  }

  init(_ row: inout StoredColumns) throws {
    type = try row.text()
    status = try row.flag()
    reason = try row.text()
    message = try row.text()
    since = try row.moment()
    observedGeneration = try row.optionalGeneration()
  }
}
