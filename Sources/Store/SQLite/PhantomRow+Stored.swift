import Vocabulary

extension PhantomRow: StoredRow {
  static let table = Table("phantoms", key: ["device"], rest: ["alias", "slot", "run", "since", "said"])

  var values: [Value] {
    [.text(device.text), .text(alias), .slot(slot), Value(run), Value(since), .text(said)]
  }

  init(_ row: inout StoredColumns) throws {
    device = try row.device()
    alias = try row.text()
    slot = try row.optionalSlot()
    run = try row.int()
    since = try row.moment()
    said = try row.text()
  }
}
