import ArgumentParser
import Intent
import Vocabulary

/// A length of time as documents write it: `30s`, `5m`.
struct TimeArgument: Sendable, Hashable, CustomStringConvertible {
  let milliseconds: Int64
  let description: String

  init(_ text: String) throws {
    guard let duration = parseDuration(text) else {
      throw ValidationError("a length of time is a number with ms, s, m or h, as 30s or 5m")
    }
    milliseconds = duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
    description = text
  }

  init(seconds: Int64) {
    milliseconds = seconds * 1000
    description = "\(seconds)s"
  }
}
