/// Aligned columns without borders. Columns that are empty in every row are left out.
struct Table {
  struct Column {
    let title: String
    var isRight = false
    /// Cut where the terminal is narrow: at the front, since what identifies a thing is at the end of its key.
    var shrinks = false

    init(_ title: String = "", isRight: Bool = false, shrinks: Bool = false) {
      self.title = title
      self.isRight = isRight
      self.shrinks = shrinks
    }
  }

  struct Cell: ExpressibleByStringLiteral {
    let text: String
    let ink: Paint.Ink?

    init(_ text: String?, _ ink: Paint.Ink? = nil) {
      self.text = printable(text ?? "")
      self.ink = ink
    }

    init(stringLiteral value: String) { self.init(value) }
  }

  private struct Row {
    let cells: [Cell]
    let details: [String]
  }

  private static let gap = "  "
  private static let narrowest = 8

  private let columns: [Column]
  private let indent: String
  private var rows: [Row] = []

  init(_ columns: [Column], indent: String = "") {
    self.columns = columns
    self.indent = indent
  }

  var isEmpty: Bool { rows.isEmpty }

  /// `details` stand on lines of their own below the row.
  mutating func add(_ cells: [Cell], details: [String] = []) {
    rows.append(Row(cells: cells, details: details))
  }

  func lines(_ paint: Paint, width: Int? = nil) -> [String] {
    guard !rows.isEmpty else { return [] }
    let hasTitles = columns.contains { !$0.title.isEmpty }
    let used = columns.indices.filter { index in rows.contains { !$0.cells[index].text.isEmpty } }
    let widths = fitted(used, width)
    var lines: [String] = []
    if hasTitles { lines.append(line(columns.map { Cell($0.title, .faint) }, used, widths, paint)) }
    for row in rows {
      lines.append(line(row.cells, used, widths, paint))
      lines += row.details
    }
    return lines
  }

  private func fitted(_ used: [Int], _ width: Int?) -> [Int: Int] {
    var widths: [Int: Int] = [:]
    for index in used {
      widths[index] = rows.map(\.cells[index].text.count).reduce(columns[index].title.count, max)
    }
    guard let width else { return widths }
    var excess = indent.count + widths.values.reduce(0, +) + Table.gap.count * (used.count - 1) - width
    for index in used where columns[index].shrinks && excess > 0 {
      let old = widths[index, default: 0]
      let new = max(min(old, Table.narrowest), old - excess)
      widths[index] = new
      excess -= old - new
    }
    return widths
  }

  private func line(_ cells: [Cell], _ used: [Int], _ widths: [Int: Int], _ paint: Paint) -> String {
    let last = used.last { !cells[$0].text.isEmpty }
    var line = indent
    for index in used {
      let cell = cells[index]
      let width = widths[index, default: 0]
      let text = cell.text.count > width ? "…" + cell.text.suffix(width - 1) : cell.text
      let space = String(repeating: " ", count: width - text.count)
      if columns[index].isRight { line += space }
      line += paint(cell.ink, text)
      guard index != last else { break }
      line += (columns[index].isRight ? "" : space) + Table.gap
    }
    return line
  }
}
