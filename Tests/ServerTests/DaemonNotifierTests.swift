import Daemon
import Foundation
import Testing

@Suite("What systemd is told")
struct DaemonNotifierTests {
  @Test("each word goes out as a datagram, to a path and to an abstract name (sd_notify)", arguments: [false, true])
  func datagrams(isAbstract: Bool) throws {
    let folder = try TemporaryFolder()
    let name = isAbstract ? "@" + folder.file("n") : folder.file("n")
    let socket = try DatagramSocket(name)
    let notifier = SystemdNotifier(environment: ["NOTIFY_SOCKET": name])
    #expect(notifier.say(.ready, .status("two\nlines")) == nil)
    #expect(try socket.receive() == "READY=1\nSTATUS=two lines")
    notifier.say(.reloading)
    let lines = try socket.receive().split(separator: "\n")
    #expect(lines.count == 2 && lines[0] == "RELOADING=1")
    #expect(Int64(lines[1].dropFirst("MONOTONIC_USEC=".count)).map { $0 > 0 } == true)
    notifier.say(.stopping)
    #expect(try socket.receive() == "STOPPING=1")
    notifier.say(.watchdog)
    #expect(try socket.receive() == "WATCHDOG=1")
  }

  @Test("where nobody listens nothing is said, and where nobody answers that is told")
  func nobody() throws {
    #expect(SystemdNotifier(environment: [:]).say(.ready) == nil)
    #expect(!SystemdNotifier(environment: ["NOTIFY_SOCKET": "relative"]).isHeard)
    #expect(SystemdNotifier(environment: ["NOTIFY_SOCKET": "/nowhere/at/all"]).say(.ready) != nil)
    #expect(
      SystemdNotifier(environment: ["NOTIFY_SOCKET": "/" + String(repeating: "a", count: 200)]).say(.ready) != nil)
  }

  @Test("signs of life are due twice in each time that systemd waits, and only from the process that it means")
  func watchdog() {
    let variables = ["WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "17"]
    #expect(SystemdNotifier(environment: variables, pid: 17).watchdogInterval == .seconds(30))
    #expect(SystemdNotifier(environment: variables, pid: 18).watchdogInterval == nil)
    #expect(SystemdNotifier(environment: ["WATCHDOG_USEC": "0"], pid: 17).watchdogInterval == nil)
  }
}

/// What systemd listens on.
final class DatagramSocket: Sendable {
  struct Failure: Error { let number: Int32 }

  private let descriptor: Int32

  /// By a path, or by `@` and a name of the abstract space.
  init(_ name: String) throws {
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var bytes = Array(name.utf8)
    if bytes.first == UInt8(ascii: "@") { bytes[0] = 0 }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let length = socklen_t(2 + bytes.count)
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
    }
    guard result == 0 else { throw Failure(number: errno) }
    var limit = timeval(tv_sec: 10, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close(descriptor) }

  func receive() throws -> String {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    guard count >= 0 else { throw Failure(number: errno) }
    return String(decoding: buffer[..<count], as: UTF8.self)
  }

  /// All that has come, without waiting.
  func received() -> [String] {
    var texts: [String] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while case let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT)), count >= 0 {
      texts.append(String(decoding: buffer[..<count], as: UTF8.self))
    }
    return texts
  }
}
