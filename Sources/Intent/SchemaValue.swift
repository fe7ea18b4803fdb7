/// JSON in the making, with its keys in the order in which they were written: the schema is the same text each time.
indirect enum SchemaValue {
  case text(String)
  case number(UInt64)
  case signed(Int64)
  case flag(Bool)
  case list([SchemaValue])
  case object([(key: String, value: SchemaValue)])

  /// Of a type's name, or of several schemas: the same, or null.
  var orNull: SchemaValue {
    switch self {
    case .text: .list([self, .text("null")])
    case .list(let alternatives):
      .list(alternatives + [alternatives.allSatisfy(\.isText) ? .text("null") : .object([("type", .text("null"))])])
    default: self
    }
  }

  private var isText: Bool {
    switch self {
    case .text: true
    default: false
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
