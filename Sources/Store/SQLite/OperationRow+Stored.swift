import Vocabulary

extension OperationRow: StoredRow {
  static let table = Table(
    "operations", owned: false, key: ["id"],
    rest: ["domain", "verb", "generation", "started_at", "ended_at", "outcome", "exit_code", "summary"])

  var values: [Value] {
    [
      Value(id), .domain(domain), .text(verb), .generation(generation),
      Value(startedAt), .moment(end?.at), .text(end?.outcome),
      .integer(end.map { Int64($0.exitCode) }), .text(end?.summary),
    ]
  }

  init(_ row: inout StoredColumns) throws {
    id = OperationID(try row.integer())
    domain = try row.optionalDomain()
    verb = try row.text()
    generation = try row.optionalGeneration()
    startedAt = try row.moment()
    let at = try row.optionalMoment()
    let outcome = try row.optionalText()
    let exitCode = try row.optionalInteger()
    let summary = try row.optionalText()
    if let at, let outcome, let exitCode, let summary {
      end = End(at: at, outcome: outcome, exitCode: Int(exitCode), summary: summary)
    } else {
      end = nil
    }
  }
}
