/// A stream that text goes to, and what is known of who reads it.
package struct Terminal: Sendable {
  package struct Size: Sendable, Hashable {
    package let columns: Int
    package let rows: Int

    package init(columns: Int, rows: Int) {
      self.columns = columns
      self.rows = rows
    }

    /// What a terminal that says nothing is taken for.
    package static let usual = Size(columns: 80, rows: 24)
  }

  package let isTerminal: Bool
  /// Asked anew for each drawing: windows are resized.
  package let size: @Sendable () -> Size
  package let write: @Sendable ([UInt8]) throws -> Void

  package init(
    isTerminal: Bool, size: @escaping @Sendable () -> Size = { .usual },
    write: @escaping @Sendable ([UInt8]) throws -> Void
  ) {
    self.isTerminal = isTerminal
    self.size = size
    self.write = write
  }

  func write(_ text: String) throws {
    try write(Array(text.utf8))
  }

  /// The width that text is fitted to: only a terminal has one, what goes to a file or a program is never cut.
  var width: Int? { isTerminal ? size().columns : nil }
}
