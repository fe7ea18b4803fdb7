// Small text helpers that need no Foundation.

/// The value of one hexadecimal digit, or `nil`.
package func hexValue(_ character: UInt8) -> UInt8? {
  switch character {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
  default: nil
  }
}

/// `value` in lower-case hexadecimal, padded with zeros to `width` digits.
package func hex(_ value: some BinaryInteger, width: Int) -> String {
  let digits = String(value, radix: 16)
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

/// A number as libvirt and users write it: decimal, or hexadecimal with `0x`. `nil` for anything else.
package func parseNumber(_ text: some StringProtocol) -> UInt64? {
  if text.hasPrefix("0x") || text.hasPrefix("0X") { return UInt64(text.dropFirst(2), radix: 16) }
  return UInt64(text, radix: 10)
}

/// The candidate nearest to `word` by edit distance, for "did you mean". `nil` where none is near enough to help.
package func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
  let wanted = Array(word.lowercased())
  var best: (word: String, distance: Int)?
  for candidate in candidates {
    let distance = editDistance(wanted, Array(candidate.lowercased()))
    if distance < best?.distance ?? .max { best = (candidate, distance) }
  }
  guard let best, best.distance <= max(2, wanted.count / 3) else { return nil }
  return best.word
}

private func editDistance(_ left: [Character], _ right: [Character]) -> Int {
  var row = Array(0...right.count)
  for (i, a) in left.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, b) in right.enumerated() {
      let above = row[j + 1]
      row[j + 1] = min(row[j] + 1, above + 1, diagonal + (a == b ? 0 : 1))
      diagonal = above
    }
  }
  return row[right.count]
}

/// An amount of memory in KiB, libvirt's own unit. A unit must be written: a bare number is KiB to libvirt and bytes
/// to everybody else.
package func parseMemory(_ text: String) -> UInt64? {
  let digits = text.prefix { $0.isASCII && $0.isNumber }
  guard let number = UInt64(digits), number > 0, number <= 1 << 40 else { return nil }
  let unit = text.dropFirst(digits.count).drop { $0 == " " }
  switch unit {
  case "KiB": return number
  case "MiB": return number << 10
  case "GiB": return number << 20
  case "TiB" where number <= 1 << 20: return number << 30
  default: return nil
  }
}
