import Vocabulary

extension LedgerRow: StoredRow {
  static let table = Table(
    "ledger", key: ["device", "side"],
    rest: ["kind", "alias", "slot", "guest_path", "mac", "natural_key", "state", "since", "removed_at"])

  var values: [Value] {
    key.values + [
      .text(kind), .text(alias), .slot(slot), .text(guestPath),
      .text(mac), .text(naturalKey), Value(state),
      Value(since), .moment(removedAt),
    ]
  }

  init(_ row: inout StoredColumns) throws {
    device = try row.device()
    let word = try row.text()
    side = word == Key.both ? nil : try row.present(Side(rawValue: word))
    kind = try row.text()
    alias = try row.text()
    slot = try row.optionalSlot()
    guestPath = try row.optionalText()
    mac = try row.optionalText()
    naturalKey = try row.optionalText()
    state = try row.word()
    since = try row.moment()
    removedAt = try row.optionalMoment()
  }
}

extension LedgerRow.Key: StoredKey {
  /// NULL is no key in SQL, so "both sides" is a word.
  static let both = "both"

  var values: [Value] { [.text(device.text), .text(side?.rawValue ?? LedgerRow.Key.both)] }
}
