package import Vocabulary

extension MappingReader.Faults {
  /// All of them as one problem, whose text has a line for each.
  package var combined: Problem? {
    guard problems.count > 1 else { return problems.first }
    return Problem("usage", problems.map(\.line).joined(separator: "\n"))
  }
}

extension Problem {
  /// In one line.
  package var line: String {
    var text = message
    if let wanted { text += "; wanted: \(wanted)" }
    if let found { text += "; found: \(found)" }
    if let remedy { text += " (\(remedy))" }
    return text
  }
}
