import Vocabulary

/// The short form of a device kind in an intent: `disk: {file: …, target: vda}`. The parser, the JSON Schema, the
/// help text and "did you mean" read this table; the XML is built from it.
package struct ShortForm: Sendable {
  package let fields: [ShortField]
  /// Paths and values that the element has unless a key says otherwise.
  package let constants: [(path: FieldPath, value: String)]
  /// Exactly one of these keys must be given.
  package let oneOf: [String]
  /// None of them is needed either where the device can be without.
  package let mayBeNone: Condition?

  package init(
    fields: [ShortField], constants: [(path: FieldPath, value: String)] = [], oneOf: [String] = [],
    mayBeNone: Condition? = nil
  ) {
    self.mayBeNone = mayBeNone
    self.fields = fields
    self.constants = constants
    self.oneOf = oneOf
  }
}

/// One key of a short form and the place in the element that it fills.
package struct ShortField: Sendable {
  package let key: String
  package let path: FieldPath
  package let type: ScalarType
  package let required: Bool
  /// Keys of which one makes this one required.
  package let requiredWith: [String]
  /// What else the key means: `file` makes the disk one of `type='file'`.
  package let implies: [(path: FieldPath, value: String)]
  package let help: String

  package init(
    _ key: String, _ path: FieldPath, _ type: ScalarType, required: Bool = false, requiredWith: [String] = [],
    implies: [(path: FieldPath, value: String)] = [], help: String
  ) {
    self.key = key
    self.path = path
    self.type = type
    self.required = required
    self.requiredWith = requiredWith
    self.implies = implies
    self.help = help
  }
}

/// What a scalar of a document may be. It is read as this type, never by YAML's guess: an unquoted MAC stays a MAC.
package enum ScalarType: Sendable, Hashable {
  case text
  /// Text of several lines.
  case paragraphs
  /// Characters that libvirt and QEMU accept in a serial number.
  case serial
  /// An absolute path without `..`.
  case path
  case mac
  case number(ClosedRange<UInt64>)
  case oneOf([String])
  /// `true`/`false` in the document: an empty element where true, nothing where false.
  case flag
  /// A word of letters, digits, `_`, `.`, `:` and `-`.
  case word
  /// A name of something in libvirt: any text but nothing, without `/`.
  case name
  /// libvirt's names of disks: `vda`, `sdb`, `hdc`, `fda` (`virDiskNameParse`).
  case diskTarget
  /// A number that may be negative, as libvirt's quota is where there is none.
  case signed(ClosedRange<Int64>)
  /// `512 MiB`: an amount of memory with its unit; KiB in libvirt's XML.
  case memory
  /// Host CPUs or NUMA nodes: `0-3,7`.
  case cpuSet
  /// An element with a namespace of its own.
  case element

  /// `nil` where `value` is one, else what it should be.
  package func refusal(_ value: String) -> String? {
    switch self {
    case .text:
      return value.unicodeScalars.allSatisfy { $0.value >= 32 } ? nil : "text without control characters"
    case .paragraphs:
      return value.unicodeScalars.allSatisfy { $0.value >= 32 || $0 == "\n" || $0 == "\t" }
        ? nil : "text without control characters"
    case .serial:
      let allowed = value.utf8.allSatisfy { isAlphanumeric($0) || " _-+.".utf8.contains($0) }
      return (1...247).contains(value.utf8.count) && allowed
        ? nil : "letters, digits, space, '_', '-', '+' and '.', at most 247"
    case .path:
      let parts = value.split(separator: "/")
      return value.hasPrefix("/") && !parts.contains("..") && value.unicodeScalars.allSatisfy { $0.value >= 32 }
        ? nil : "an absolute path without '..'"
    case .mac:
      let parts = value.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
      guard parts.count == 6, parts.allSatisfy({ $0.count == 2 && $0.allSatisfy { hexValue($0) != nil } }) else {
        return "a MAC address as 52:54:00:12:34:56"
      }
      let isUnicast = parts[0].last.flatMap { hexValue($0) }.map { $0 & 1 == 0 } ?? false
      return isUnicast ? nil : "a unicast MAC address (the first byte is even)"
    case .number(let range):
      // Swift's own reading also takes a sign.
      let isNumber = value.utf8.first.map { hexValue($0) != nil } ?? false
      return isNumber && parseNumber(value).map(range.contains) ?? false
        ? nil : "a number from \(range.lowerBound) to \(range.upperBound)"
    case .oneOf(let values):
      return values.contains(value) ? nil : "one of \(values.joined(separator: ", "))"
    case .flag:
      return value == "true" || value == "false" ? nil : "true or false"
    case .word:
      let allowed = value.utf8.allSatisfy { isAlphanumeric($0) || "_.-:".utf8.contains($0) }
      return (1...255).contains(value.utf8.count) && allowed ? nil : "a word of letters, digits, '_', '.', ':' and '-'"
    case .name:
      let allowed = value.unicodeScalars.allSatisfy { $0.value >= 32 && $0 != "/" }
      return (1...255).contains(value.utf8.count) && allowed ? nil : "a name without '/' and control characters"
    case .diskTarget:
      let prefix = ["fd", "hd", "vd", "sd", "xvd", "ubd"].first { value.hasPrefix($0) }
      let letters = value.dropFirst(prefix?.count ?? 0).utf8
      let isDisk = prefix != nil && (1...3).contains(letters.count) && letters.allSatisfy(isLowerCaseLetter)
      return isDisk ? nil : "a disk's name as vda, sdb, hdc or fda"
    case .signed(let range):
      return Int64(value).map(range.contains) ?? false
        ? nil : "a number from \(range.lowerBound) to \(range.upperBound)"
    case .memory:
      return parseMemory(value) == nil ? "an amount of memory with its unit, as 512 MiB or 2 GiB" : nil
    case .cpuSet: return CPUSet(value) == nil ? "a list of numbers as 0-3,7" : nil
    case .element:
      let root = try? DomainDocument(XMLText(value), limits: .intent).root
      return root?.namespaceURI == nil ? "an XML element with a namespace of its own" : nil
    }
  }

  /// The value as libvirt prints it: numbers in decimal, memory in KiB.
  package func normalised(_ value: String) -> String {
    switch self {
    case .number: return parseNumber(value).map(String.init) ?? value
    case .memory: return parseMemory(value).map(String.init) ?? value
    case .cpuSet: return CPUSet(value)?.description ?? value
    case .element:
      return (try? DomainDocument(XMLText(value), limits: .intent))?.root.localForm.shown ?? value
    default: return value
    }
  }
}

private func isLowerCaseLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }

private func isAlphanumeric(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "0")...UInt8(ascii: "9"):
    true
  default: false
  }
}
