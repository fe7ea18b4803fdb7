import Vocabulary

/// The text of a file of tokens.
enum TokenText {
  static func whole(_ records: [TokenRecord]) -> [UInt8] {
    let items = records.map { item($0, indent: "  ") }
    return Array((records.isEmpty ? "tokens: []\n" : "tokens:\n" + items.joined()).utf8)
  }

  /// The text with one more item behind the last, as far to the right as the others are.
  static func adding(_ record: TokenRecord, to bytes: [UInt8], _ list: TokenList) -> [UInt8] {
    guard let first = list.places.first else { return whole([record]) }
    let end: [UInt8] = bytes.last == UInt8(ascii: "\n") ? [] : [UInt8(ascii: "\n")]
    // An item's place is behind its dash and the space.
    let indent = String(repeating: " ", count: max(0, first.column - 3))
    return bytes + end + Array(item(record, indent: indent).utf8)
  }

  /// The text without the lines of one item; remarks above the next one stay.
  static func removing(_ index: Int, from bytes: [UInt8], _ list: TokenList) -> [UInt8] {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let start = list.places[index].line - 1
    var end = index + 1 < list.places.count ? list.places[index + 1].line - 1 : lines.count
    func isRemark(_ line: ArraySlice<UInt8>) -> Bool {
      let text = line.drop { $0 == UInt8(ascii: " ") }
      return text.isEmpty || text.first == UInt8(ascii: "#")
    }
    guard start < end, end <= lines.count else { return whole(list.records) }
    while end > start + 1, isRemark(lines[end - 1]) { end -= 1 }
    lines.removeSubrange(start..<end)
    return Array(lines.joined(separator: [UInt8(ascii: "\n")]))
  }

  private static func item(_ record: TokenRecord, indent: String) -> String {
    var lines = [
      "- name: \(QuotedText.json(record.name))", "  sha256: \(QuotedText.json(record.digest.hexadecimal))",
      "  scopes: [\(record.scopes.joined(separator: ", "))]",
    ]
    if !record.names.isEmpty || !record.labels.isEmpty {
      lines.append("  domains:")
      if !record.names.isEmpty {
        lines.append("    names: [\(record.names.map(QuotedText.json).joined(separator: ", "))]")
      }
      if !record.labels.isEmpty {
        let labels = record.labels.sorted { $0.key < $1.key }.map {
          "\(QuotedText.json($0.key)): \(QuotedText.json($0.value))"
        }
        lines.append("    labels: {\(labels.joined(separator: ", "))}")
      }
    }
    if let expires = record.expires { lines.append("  expires: \(TimeText.text(ofMoment: expires))") }
    return lines.map { indent + $0 + "\n" }.joined()
  }
}
