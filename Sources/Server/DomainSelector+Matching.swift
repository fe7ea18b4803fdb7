extension DomainSelector {
  package var isEverything: Bool { names.isEmpty && labels.isEmpty }

  package func permits(name: String, labels found: [String: String]) -> Bool {
    permits(name: name) && labels.allSatisfy { found[$0.key] == $0.value }
  }

  /// As far as the name goes.
  package func permits(name: String) -> Bool {
    names.isEmpty || names.contains { DomainSelector.matches(Array($0.utf8), Array(name.utf8)) }
  }

  /// `*` stands for any run of bytes. Goes back to the last `*` only, which is enough and takes no more than the
  /// product of the lengths.
  static func matches(_ pattern: [UInt8], _ text: [UInt8]) -> Bool {
    var (p, t) = (0, 0)
    var star: (pattern: Int, text: Int)?
    while t < text.count {
      if p < pattern.count, pattern[p] == UInt8(ascii: "*") {
        star = (p, t)
        p += 1
      } else if p < pattern.count, pattern[p] == text[t] {
        p += 1
        t += 1
      } else if let back = star {
        p = back.pattern + 1
        t = back.text + 1
        star = (back.pattern, t)
      } else {
        return false
      }
    }
    return pattern[p...].allSatisfy { $0 == UInt8(ascii: "*") }
  }
}
