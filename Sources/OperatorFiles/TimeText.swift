import Foundation

/// Times and lengths of time as an operator writes them.
package enum TimeText {
  /// `500ms`, `30s`, `5m`, `2h`, `90d`: in milliseconds.
  package static func length(_ text: String) -> Int64? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let number = Int64(digits), number <= 1_000_000_000 else { return nil }
    switch text.dropFirst(digits.count) {
    case "ms": return number
    case "s": return number * 1000
    case "m": return number * 60_000
    case "h": return number * 3_600_000
    case "d": return number * 86_400_000
    default: return nil
    }
  }

  /// The shortest form of a length in milliseconds that says it exactly.
  package static func text(ofLength milliseconds: Int64) -> String {
    for (unit, factor) in [("h", Int64(3_600_000)), ("m", 60_000), ("s", 1000)]
    where milliseconds > 0 && milliseconds % factor == 0 { return "\(milliseconds / factor)\(unit)" }
    return milliseconds == 0 ? "0s" : "\(milliseconds)ms"
  }

  /// `2027-01-31T12:00:00Z`: milliseconds since 1970.
  package static func moment(_ text: String) -> Int64? {
    // What does not parse is no moment, whatever the reason.
    guard let date = try? Date(text, strategy: .iso8601) else { return nil }
    return Int64((date.timeIntervalSince1970 * 1000).rounded())
  }

  package static func text(ofMoment milliseconds: Int64) -> String {
    Date(timeIntervalSince1970: Double(milliseconds) / 1000).formatted(.iso8601)
  }

  package static func now() -> Int64 { Int64(Date().timeIntervalSince1970 * 1000) }
}
