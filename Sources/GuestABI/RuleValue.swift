import DomainXML
import Vocabulary

/// What an element has at a rule's place, in the one spelling that the rule's form gives it.
enum RuleValue {
  static func of(_ element: Element, _ rule: ABIRule) -> String? {
    if let counted = rule.counted, !counted.holds(for: element, libvirt: nil) { return rule.absent }
    guard let holder = element.element(at: rule.path) else { return rule.absent }
    switch rule.form {
    case .presence: return "present"
    case .stated: return holder.attributes.isEmpty ? rule.absent : "present"
    case .names: return holder.children.map(\.name).sorted().joined(separator: " ")
    default: break
    }
    guard let text = element.exactValue(at: rule.path) else { return rule.bare ?? rule.absent }
    switch rule.form {
    case .number: return parseNumber(trimmed(text)).map { String($0) } ?? text
    case .size: return bytes(trimmed(text), unit: holder["unit"]).map(shown) ?? text
    case .mac: return ValueForm.mac.normalised(text)
    case .uuid: return String(text.lowercased().filter { $0.isHexDigit })
    case .set: return CPUSet(text)?.description ?? text
    case .text, .presence, .stated, .names, .each, .keyed, .whole, .derived: return text
    }
  }

  /// Bytes of an element that states an amount of memory; `nil` where it states none.
  static func bytes(of element: Element) -> UInt64? { bytes(trimmed(element.text), unit: element["unit"]) }

  private static func bytes(_ text: Substring, unit: String?) -> UInt64? {
    guard let number = parseNumber(text), let factor = factor(unit ?? "KiB") else { return nil }
    let (bytes, overflow) = number.multipliedReportingOverflow(by: factor)
    return overflow ? nil : bytes
  }

  /// In the largest unit that divides it: what a reader compares at a glance.
  static func shown(bytes: UInt64) -> String {
    for (name, shift) in [("GiB", 30), ("MiB", 20), ("KiB", 10)] where bytes != 0 && bytes % (1 << shift) == 0 {
      return "\(bytes >> shift) \(name)"
    }
    return "\(bytes) bytes"
  }

  /// The units that libvirt reads (`virScaleInteger`).
  private static func factor(_ unit: String) -> UInt64? {
    let binary: [Character: UInt64] = [
      "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40, "p": 1 << 50, "e": 1 << 60,
    ]
    let decimal: [Character: UInt64] = [
      "k": 1000, "m": 1_000_000, "g": 1_000_000_000, "t": 1_000_000_000_000, "p": 1_000_000_000_000_000,
      "e": 1_000_000_000_000_000_000,
    ]
    let word = unit.lowercased()
    if word == "b" || word == "byte" || word == "bytes" || word.isEmpty { return 1 }
    guard let first = word.first else { return nil }
    switch word.dropFirst() {
    case "", "ib": return binary[first]
    case "b": return decimal[first]
    default: return nil
    }
  }

  private static func trimmed(_ text: String) -> Substring {
    var text = text[...]
    while text.first?.isWhitespace ?? false { text.removeFirst() }
    while text.last?.isWhitespace ?? false { text.removeLast() }
    return text
  }
}
