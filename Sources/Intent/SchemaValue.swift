/// JSON in the making, with its keys in the order in which they were written: the schema is the same text each time.
indirect enum SchemaValue {
  case text(String)
  case number(UInt64)
  case signed(Int64)
  case flag(Bool)
  case list([SchemaValue])
  case object([(key: String, value: SchemaValue)])

  /// The text of a text.
  var plain: String? {
    switch self {
    case .text(let value): value
    default: nil
    }
  }

  static func texts(_ values: [String]) -> SchemaValue { .list(values.map { .text($0) }) }

  func write(to text: inout String, indent: String = "") {
    switch self {
    case .text(let value): text += DocumentNode.quoted(value)
    case .number(let value): text += String(value)
    case .signed(let value): text += String(value)
    case .flag(let value): text += value ? "true" : "false"
    case .list(let values):
      text += "["
      for (index, value) in values.enumerated() {
        if index > 0 { text += ", " }
        value.write(to: &text, indent: indent + "  ")
      }
      text += "]"
    case .object(let entries):
      text += "{"
      for (index, entry) in entries.enumerated() {
        text += (index > 0 ? ",\n" : "\n") + indent + "  " + DocumentNode.quoted(entry.key) + ": "
        entry.value.write(to: &text, indent: indent + "  ")
      }
      text += entries.isEmpty ? "}" : "\n\(indent)}"
    }
  }
}
