import OperatorFiles

#if canImport(Glibc)
  import Glibc
#endif

/// Says to systemd how the daemon is: sd_notify(3), which is a datagram to `$NOTIFY_SOCKET`.
package struct SystemdNotifier: Sendable {
  package enum State: Sendable {
    case ready
    case reloading
    case stopping
    case status(String)
    case watchdog
  }

  private let path: String?
  /// How often a sign of life is wanted, which is twice as often as its absence would be an offence; `nil`: never.
  package let watchdogInterval: Duration?

  package init(environment: [String: String], pid: Int32 = getpid()) {
    path = environment["NOTIFY_SOCKET"].flatMap { ["/", "@"].contains($0.prefix(1)) ? $0 : nil }
    // sd_watchdog_enabled(3): a child that inherited the variables is not meant.
    let isMeant = environment["WATCHDOG_PID"].map { $0 == String(pid) } ?? true
    watchdogInterval = environment["WATCHDOG_USEC"].flatMap { Int64($0) }.flatMap { limit in
      isMeant && limit > 0 ? .microseconds(limit / 2) : nil
    }
  }

  package var isHeard: Bool { path != nil }

  /// Says all of it in one datagram.
  /// - Returns: why nothing was said, in words; `nil` where it was, or nobody listens.
  @discardableResult
  package func say(_ states: State...) -> String? {
    guard let path else { return nil }
    return SystemdNotifier.send(states.map(SystemdNotifier.text).joined(separator: "\n"), to: path)
  }

  private static func text(_ state: State) -> String {
    switch state {
    case .ready: return "READY=1"
    case .reloading:
      // Type=notify-reload tells this reload from an earlier one by the time.
      return "RELOADING=1\nMONOTONIC_USEC=\(MonotonicTime.microseconds)"
    case .stopping: return "STOPPING=1"
    case .status(let text): return "STATUS=" + text.map { $0.isNewline ? " " : String($0) }.joined()
    case .watchdog: return "WATCHDOG=1"
    }
  }

  private static func send(_ text: String, to path: String) -> String? {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var name = Array(path.utf8)
    // A name in the abstract space begins with a NUL and has no end but its length (unix(7)).
    let isAbstract = name.first == UInt8(ascii: "@")
    if isAbstract { name[0] = 0 }
    guard name.count < MemoryLayout.size(ofValue: address.sun_path) else { return "\(path) is too long" }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    let offset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
    let length = socklen_t(offset + name.count + (isAbstract ? 0 : 1))
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return String(cString: strerror(errno)) }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    let sent = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { general in
        sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), general, length)
      }
    }
    return sent == bytes.count ? nil : String(cString: strerror(errno))
  }
}
