import Logging
import OperatorFiles
import Server

/// A setting with a single value: its key in the file, its variable, and how its text is read.
///
/// File, environment and flags read the same table, and the effective configuration is printed from it.
struct Setting: Sendable {
  /// `limits.bodyBytes`
  let path: String
  /// For messages: what may stand there.
  let wanted: String
  /// False where the text is not a valid value.
  let set: @Sendable (inout DaemonSettings, String) -> Bool
  let text: @Sendable (DaemonSettings) -> String

  /// `VMCTLD_LIMITS_BODY_BYTES`
  var variable: String {
    var name = "VMCTLD_"
    for character in path {
      if character == "." {
        name += "_"
      } else if character.isUppercase {
        name += "_\(character)"
      } else {
        name += character.uppercased()
      }
    }
    return name.replacing("CLIENT_C_A", with: "CLIENT_CA")
  }

  static let all: [Setting] = [
    text("connect", "a libvirt URI", \.connect), text("store", "a path", \.store),
    text("socket.path", "a path", \.socketPath), text("socket.group", "a group's name", \.socketGroup),
    text("listen.address", "ADDRESS:PORT", \.listen.address),
    text("listen.certificate", "a path", \.listen.certificate),
    text("listen.key", "a path", \.listen.key), text("listen.clientCA", "a path", \.listen.clientCA),
    flag("listen.allowPlainLoopback", \.listen.allowPlainLoopback),
    Setting(
      path: "resync", wanted: "a length of time from 1s to 24h, as 30s",
      set: { settings, text in
        guard let length = TimeText.length(text), (1000...86_400_000).contains(length) else { return false }
        settings.resync = length
        return true
      }, text: { TimeText.text(ofLength: $0.resync) }),
    Setting(
      path: "migratedKept", wanted: "a length of time, as 7d",
      set: { settings, text in
        guard let length = TimeText.length(text) else { return false }
        settings.migratedKept = length
        return true
      }, text: { TimeText.text(ofLength: $0.migratedKept) }),
    number("parallel", 1...64, \.parallel),
    Setting(
      path: "limits.rate", wanted: "requests a second, 0 for no limit",
      set: { settings, text in
        guard let number = Int(text), (0...1_000_000).contains(number) else { return false }
        settings.rate.perSecond = Double(number)
        return true
      }, text: { "\(Int($0.rate.perSecond))" }),
    Setting(
      path: "limits.burst", wanted: "requests at once, from 1",
      set: { settings, text in
        guard let number = Int(text), (1...1_000_000).contains(number) else { return false }
        settings.rate.burst = Double(number)
        return true
      }, text: { "\(Int($0.rate.burst))" }),
    number("limits.bodyBytes", 1024...(64 << 20), \.limits.bodyBytes),
    number("limits.headerBytes", 1024...(1 << 20), \.limits.headerBytes),
    number("limits.jsonDepth", 8...512, \.limits.jsonDepth),
    length("limits.bodyTimeout", \.limits.bodyTimeout), length("limits.headerTimeout", \.limits.headerTimeout),
    length("limits.idleTimeout", \.limits.idleTimeout), length("limits.writeTimeout", \.limits.writeTimeout),
    length("limits.heartbeat", \.limits.heartbeat),
    Setting(
      path: "limits.longestWait", wanted: "a length of time, as 1h",
      set: { settings, text in
        guard let length = TimeText.length(text), length > 0 else { return false }
        settings.limits.longestWait = length
        return true
      }, text: { TimeText.text(ofLength: $0.limits.longestWait) }),
    number("limits.connections", 1...100_000, \.limits.connections),
    number("limits.eventSubscribers", 0...100_000, \.limits.eventSubscribers),
    number("limits.eventBuffer", 1...1_000_000, \.limits.eventBuffer),
    text("audit.file", "a path", \.audit.file), flag("audit.required", \.audit.required),
    text("tokens", "a path", \.tokens),
    Setting(
      path: "log.level", wanted: Logger.Level.allCases.map(\.rawValue).joined(separator: ", "),
      set: { settings, text in
        guard let level = Logger.Level(rawValue: text.lowercased()) else { return false }
        settings.log.level = level
        return true
      }, text: { $0.log.level.rawValue }),
    Setting(
      path: "log.format", wanted: DaemonLogHandler.Format.allCases.map(\.rawValue).joined(separator: ", "),
      set: { settings, text in
        guard let format = DaemonLogHandler.Format(rawValue: text) else { return false }
        settings.log.format = format
        return true
      }, text: { $0.log.format.rawValue }),
  ]

  private typealias Place<Value> = any WritableKeyPath<DaemonSettings, Value> & Sendable

  private static func text(_ path: String, _ wanted: String, _ place: Place<String>) -> Setting {
    Setting(
      path: path, wanted: wanted,
      set: { settings, text in
        settings[keyPath: place] = text
        return !text.isEmpty
      }, text: { $0[keyPath: place] })
  }

  /// `none` takes back what would hold without a word.
  private static func text(_ path: String, _ wanted: String, _ place: Place<String?>) -> Setting {
    Setting(
      path: path, wanted: wanted + ", or none",
      set: { settings, text in
        settings[keyPath: place] = text == "none" ? nil : text
        return !text.isEmpty
      }, text: { $0[keyPath: place] ?? "none" })
  }

  private static func flag(_ path: String, _ place: Place<Bool>) -> Setting {
    Setting(
      path: path, wanted: "true or false",
      set: { settings, text in
        guard let value = Bool(text) else { return false }
        settings[keyPath: place] = value
        return true
      }, text: { "\($0[keyPath: place])" })
  }

  private static func number(_ path: String, _ range: ClosedRange<Int>, _ place: Place<Int>) -> Setting {
    Setting(
      path: path, wanted: "a number from \(range.lowerBound) to \(range.upperBound)",
      set: { settings, text in
        guard let number = Int(text), range.contains(number) else { return false }
        settings[keyPath: place] = number
        return true
      }, text: { "\($0[keyPath: place])" })
  }

  private static func length(_ path: String, _ place: Place<Duration>) -> Setting {
    Setting(
      path: path, wanted: "a length of time from 100ms, as 10s",
      set: { settings, text in
        guard let length = TimeText.length(text), length >= 100 else { return false }
        settings[keyPath: place] = .milliseconds(length)
        return true
      }, text: { TimeText.text(ofLength: Int64($0[keyPath: place] / .milliseconds(1))) })
  }
}
