import Vocabulary

extension UnplugRow: StoredRow {
  static let table = Table(
    "unplugs", key: ["target_kind", "target_name"],
    rest: [
      "run", "state", "alias", "slot", "since", "deadline", "otherwise", "attempts", "last_request_at",
      "next_request_at",
      "said",
    ])

  var values: [Value] {
    target.values + [
      Value(run), Value(state), .text(alias), .slot(slot), Value(since),
      Value(deadline), Value(otherwise), Value(attempts),
      .moment(lastRequestAt), .moment(nextRequestAt), .text(said),
    ]
  }

  init(_ row: inout StoredColumns) throws {
    target = StepTarget(kind: try row.text(), name: try row.text())
    run = try row.int()
    state = try row.word()
    alias = try row.text()
    slot = try row.optionalSlot()
    since = try row.moment()
    deadline = try row.moment()
    otherwise = try row.word()
    attempts = try row.int()
    lastRequestAt = try row.optionalMoment()
    nextRequestAt = try row.optionalMoment()
    said = try row.optionalText()
  }
}
