import Control
import Vocabulary

/// Where document, running domain and definition differ: one line a field.
enum DifferenceTable {
  static func lines(_ document: DifferenceDocument, _ only: Side?, _ paint: Paint, _ width: Int?) -> [String] {
    var table = Table([
      .init("DEVICE"), .init("FIELD"), .init("WANTED", shrinks: true), .init("LIVE", shrinks: true),
      .init("PERSISTENT", shrinks: true), .init("BY"),
    ])
    for row in document.differences {
      func cell(_ value: String?, _ side: Side) -> Table.Cell {
        guard document.sides.contains(side), only == nil || only == side else { return "" }
        return .init(words(value), row.notAsWanted.contains(side) ? .change : nil)
      }
      table.add(
        [
          name(row), .init(row.path ?? "-"), .init(row.wanted.map { words($0) }), cell(row.live, .live),
          cell(row.persistent, .persistent), .init(row.by.rawValue, ink(row.by)),
        ], details: row.why.map { ["  " + paint(.faint, "# " + printable($0))] } ?? [])
    }
    return table.lines(paint, width: width)
  }

  /// An element that says nothing but that it is there has no value.
  private static func words(_ value: String?) -> String {
    guard let value else { return "-" }
    return value.isEmpty ? "present" : value
  }

  private static func name(_ row: DifferenceDocument.Row) -> Table.Cell {
    if let id = row.device { return .init(id, .strong) }
    return .init([row.kind, row.key].compactMap { $0 }.joined(separator: " "), .faint)
  }

  private static func ink(_ author: DifferenceDocument.Author) -> Paint.Ink? {
    switch author {
    case .libvirt: .faint
    case .vmctl: .wait
    case .guest, .snapshot, .blockJob: .change
    case .foreign: .refuse
    }
  }
}
