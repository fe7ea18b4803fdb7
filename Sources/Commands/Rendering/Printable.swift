/// `text` without characters that would steer the terminal: names and paths come from files and from libvirt, and an
/// escape sequence in one of them must not repaint the plan around it.
func printable(_ text: String) -> String {
  guard text.unicodeScalars.contains(where: steers) else { return text }
  var result = ""
  for scalar in text.unicodeScalars {
    if steers(scalar) {
      result += "\\u{\(String(scalar.value, radix: 16))}"
    } else {
      result.unicodeScalars.append(scalar)
    }
  }
  return result
}

private func steers(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0..<0x20, 0x7f..<0xa0: true
  // Characters that turn the direction of writing.
  case 0x200e, 0x200f, 0x202a...0x202e, 0x2066...0x2069: true
  default: false
  }
}

/// The words of a message of several lines, each fit to print.
func printableLines(_ text: String) -> [String] {
  text.split(separator: "\n", omittingEmptySubsequences: true).map { printable(String($0)) }
}

/// `3 changes`, `1 change`.
func counted(_ number: Int, _ noun: String, plural: String? = nil) -> String {
  "\(number) \(number == 1 ? noun : plural ?? noun + "s")"
}

/// `41 ms`, `2.3 s`, `3m 12s`: as much as a person reads.
func spanned(_ milliseconds: Int64) -> String {
  switch milliseconds {
  case ..<1000: "\(max(0, milliseconds)) ms"
  case ..<60_000: "\(milliseconds / 1000).\(milliseconds % 1000 / 100) s"
  case ..<3_600_000: "\(milliseconds / 60_000)m \(milliseconds / 1000 % 60)s"
  case ..<86_400_000: "\(milliseconds / 3_600_000)h \(milliseconds / 60_000 % 60)m"
  default: "\(milliseconds / 86_400_000)d \(milliseconds / 3_600_000 % 24)h"
  }
}
