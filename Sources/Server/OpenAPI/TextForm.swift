import Vocabulary

/// What a text must look like: the pattern that the OpenAPI document states, and the check that is made.
package enum TextForm: Sendable, Hashable, CaseIterable {
  case domainName, uuid, deviceID, digest, version, duration, generationTag, idempotencyKey, eventID,
    operationID, label, domainReference, absolutePath, nonEmpty

  package var pattern: String {
    switch self {
    case .domainName, .domainReference: "^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$"
    case .uuid: "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
    case .deviceID: "^[a-z0-9][a-z0-9-]{0,47}$"
    case .digest: "^sha256:[0-9a-f]{64}$"
    case .version: "^[0-9]{1,6}[.][0-9]{1,3}([.][0-9]{1,3})?$"
    case .duration: "^[0-9]{1,6}(ms|s|m|h)$"
    case .generationTag: "^\"[0-9]{1,18}\"$"
    case .idempotencyKey: "^[!-~]{1,128}$"
    case .eventID: "^[A-Za-z0-9._:-]{1,64}$"
    case .operationID: "^[A-Za-z0-9.-]{1,80}$"
    case .label: "^[A-Za-z0-9][A-Za-z0-9_./-]{0,127}=[A-Za-z0-9_./-]{0,127}$|^[A-Za-z0-9][A-Za-z0-9_./-]{0,127}$"
    case .absolutePath: "^/[^\\u0000]*$"
    case .nonEmpty: "^[^\\u0000]+$"
    }
  }

  package func accepts(_ text: String) -> Bool {
    let bytes = text.utf8
    switch self {
    case .domainName, .domainReference: return DomainName(text) != nil
    case .uuid: return bytes.count == 36 && UniversalID(text)?.description == text
    case .deviceID: return DeviceID(text) != nil
    case .digest: return bytes.count == 71 && text.hasPrefix("sha256:") && isLowerHexadecimal(text.dropFirst(7))
    case .version:
      let parts = text.split(separator: ".", omittingEmptySubsequences: false)
      return (2...3).contains(parts.count)
        && parts.allSatisfy { isDigits($0, 1...3) || ($0 == parts[0] && isDigits($0, 1...6)) }
    case .duration: return TextForm.milliseconds(text) != nil
    case .generationTag: return TextForm.generation(text) != nil
    case .idempotencyKey: return (1...128).contains(bytes.count) && bytes.allSatisfy { (0x21...0x7e).contains($0) }
    case .eventID: return isWord(text, 1...64, "._:-")
    case .operationID: return isWord(text, 1...80, ".-")
    case .label:
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard isWord(parts[0], 1...128, "_./-"), parts[0].utf8.first.map(isAlphanumeric) == true else { return false }
      return parts.count == 1 || isWord(parts[1], 0...127, "_./-")
    case .absolutePath: return text.hasPrefix("/") && !bytes.contains(0)
    case .nonEmpty: return !text.isEmpty && !bytes.contains(0)
    }
  }

  /// A length of time as documents write it: `500ms`, `30s`, `5m`, `1h`.
  package static func milliseconds(_ text: String) -> Int64? {
    let digits = text.utf8.prefix { (0x30...0x39).contains($0) }
    guard (1...6).contains(digits.count), let number = Int64(String(Substring(digits))) else { return nil }
    return switch text.dropFirst(digits.count) {
    case "ms": number
    case "s": number * 1000
    case "m": number * 60_000
    case "h": number * 3_600_000
    default: nil
    }
  }

  /// The generation of a strong entity tag: `"7"`.
  package static func generation(_ tag: String) -> Int64? {
    guard tag.utf8.count >= 3, tag.hasPrefix("\""), tag.hasSuffix("\"") else { return nil }
    let digits = tag.dropFirst().dropLast()
    return isDigits(digits, 1...18) ? Int64(digits) : nil
  }
}

private func isAlphanumeric(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "0")...UInt8(ascii: "9"):
    true
  default: false
  }
}

private func isDigits(_ text: some StringProtocol, _ count: ClosedRange<Int>) -> Bool {
  count.contains(text.utf8.count) && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
}

private func isLowerHexadecimal(_ text: some StringProtocol) -> Bool {
  text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
}

private func isWord(_ text: some StringProtocol, _ count: ClosedRange<Int>, _ others: String) -> Bool {
  count.contains(text.utf8.count) && text.utf8.allSatisfy { isAlphanumeric($0) || others.utf8.contains($0) }
}
