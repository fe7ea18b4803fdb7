import Vocabulary

extension ConditionRow: StoredRow {
  static let table = Table(
    "conditions", key: ["type"], rest: ["status", "reason", "message", "since", "observed_generation"])

  /// Reasons and messages are lists of lines: a row with one of each is as it was before there could be several.
  var values: [Value] {
    [
      .text(type), .integer(status.rawValue), .text(reasons.map(\.reason).joined(separator: "\n")),
      .text(reasons.map(\.message).joined(separator: "\n")), Value(since), .generation(observedGeneration),
    ]
  }

  init(_ row: inout StoredColumns) throws {
    type = try row.text()
    status = try row.present(Status(rawValue: try row.integer()))
    let words = ConditionRow.lines(try row.text())
    let messages = ConditionRow.lines(try row.text())
    guard words.count == messages.count else { throw row.misfit() }
    reasons = zip(words, messages).map { Reason($0, $1) }
    since = try row.moment()
    observedGeneration = try row.optionalGeneration()
  }

  private static func lines(_ text: String) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }
}
