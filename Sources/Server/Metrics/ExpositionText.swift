import Control

/// Prometheus' text format 0.0.4, line by line.
struct ExpositionText {
  private(set) var text = ""

  mutating func heading(_ metric: Metric) {
    let type =
      switch metric.kind {
      case .counter: "counter"
      case .gauge: "gauge"
      case .histogram: "histogram"
      }
    if !metric.help.isEmpty {
      text += "# HELP \(metric.name) \(ExpositionText.escaped(metric.help, quotes: false))\n"
    }
    text += "# TYPE \(metric.name) \(type)\n"
  }

  mutating func sample(_ name: String, _ labels: String, _ value: Double) {
    text += name
    if !labels.isEmpty {
      text += "{"
      text += labels
      text += "}"
    }
    text += " "
    text += ExpositionText.number(value)
    text += "\n"
  }

  // MARK: Spelling

  /// As Go prints a float: whole numbers without a point, the infinities with their sign.
  static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    if value.rounded() == value, abs(value) < 1e15 { return String(Int64(value)) }
    return "\(value)"
  }

  /// Labels by name, escaped; of two of one name the last counts.
  static func labels(_ dimensions: [(String, String)]) -> String {
    if dimensions.isEmpty { return "" }
    let values = Dictionary(dimensions.map { (name($0.0, colons: false), $0.1) }, uniquingKeysWith: { $1 })
    return values.sorted { $0.key < $1.key }.map { "\($0)=\"\(escaped($1, quotes: true))\"" }.joined(separator: ",")
  }

  /// `[a-zA-Z_:][a-zA-Z0-9_:]*`, labels without colons: whatever else a library calls its metrics becomes `_`.
  static func name(_ text: String, colons: Bool = true) -> String {
    var name = ""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"):
        name.unicodeScalars.append(UnicodeScalar(byte))
      case UInt8(ascii: "0")...UInt8(ascii: "9") where !name.isEmpty:
        name.unicodeScalars.append(UnicodeScalar(byte))
      case UInt8(ascii: ":") where colons:
        name.unicodeScalars.append(UnicodeScalar(byte))
      default: name += "_"
      }
    }
    return name.isEmpty ? "_" : name
  }

  /// Backslash and line feed, and in the value of a label the quotation mark.
  static func escaped(_ text: String, quotes: Bool) -> String {
    if !text.utf8.contains(where: { $0 == 0x5C || $0 == 0x0A || $0 == 0x22 }) { return text }
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": escaped += "\\\\"
      case "\n": escaped += "\\n"
      case "\"" where quotes: escaped += "\\\""
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
