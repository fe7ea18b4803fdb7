import Foundation
import Glibc
import Synchronization

/// A server that answers connection by connection what a test wrote down, and notes what it was asked.
final class ScriptedServer: Sendable {
  /// What becomes of one connection, after its request was read.
  enum Act: Sendable {
    case send(String)
    /// Until the test says so, or the client closes.
    case hold
    /// Until so many connections have come.
    case wait(for: Int)
    /// The connection is closed without reading the request.
    case slam
  }

  struct Asked: Sendable, Hashable {
    let line: String
    let fields: [String: String]
    let body: String
  }

  let path: String
  private let descriptor: Int32
  private let script: Mutex<[[Act]]>
  private let noted = Mutex<[Asked]>([])
  private let closed = Mutex(0)
  private let accepted = Mutex(0)
  private let written = Mutex(0)
  private let readsBody: Bool

  init(_ script: [[Act]], readingBody: Bool = true) throws {
    readsBody = readingBody
    path = NSTemporaryDirectory() + "vmctl-client-\(UUID().uuidString.prefix(8)).sock"
    self.script = Mutex(script)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { [path] in $0.copyBytes(from: Array(path.utf8)) }
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    let bound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { [descriptor] in
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard bound == 0, listen(descriptor, 16) == 0 else { throw POSIXError(.EADDRINUSE) }
    Thread.detachNewThread { [self] in serve() }
  }

  /// Answers in turn.
  convenience init(_ answers: String...) throws { try self.init(answers.map { [.send($0)] }) }

  var asked: [Asked] { noted.withLock { $0 } }
  /// Connections whose client has closed them while they were held.
  var givenUp: Int { closed.withLock { $0 } }

  /// Bytes of answers that a client has taken, or the kernel for it.
  var sent: Int { written.withLock { $0 } }

  /// No more connections.
  func stop() {
    _ = shutdown(descriptor, Int32(SHUT_RDWR))
    unlink(path)
  }

  private func serve() {
    while true {
      let connection = accept(descriptor, nil, nil)
      guard connection >= 0 else { break }
      accepted.withLock { $0 += 1 }
      guard let acts = script.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else {
        close(connection)
        continue
      }
      Thread.detachNewThread { [self] in
        answer(connection, acts)
        close(connection)
      }
    }
    close(descriptor)
  }

  private func answer(_ connection: Int32, _ acts: [Act]) {
    if case .slam? = acts.first { return }
    guard let asked = request(connection) else { return }
    noted.withLock { $0.append(asked) }
    for act in acts {
      switch act {
      case .send(let text):
        let bytes = Array(text.utf8)
        var rest = bytes[...]
        while !rest.isEmpty {
          let count = rest.withUnsafeBytes {
            send(connection, $0.baseAddress, min($0.count, 1 << 16), Int32(MSG_NOSIGNAL))
          }
          guard count > 0 else { return }
          written.withLock { $0 += count }
          rest = rest.dropFirst(count)
        }
      case .hold:
        var byte: UInt8 = 0
        if recv(connection, &byte, 1, 0) == 0 { closed.withLock { $0 += 1 } }
      case .wait(let count):
        while accepted.withLock({ $0 < count }) { usleep(2_000) }
      case .slam: return
      }
    }
  }

  private func request(_ connection: Int32) -> Asked? {
    var text = ""
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 {
        let lines = parts[0].split(separator: "\r\n")
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
          let pair = line.split(separator: ":", maxSplits: 1)
          if pair.count == 2 { fields[pair[0].lowercased()] = pair[1].trimmingCharacters(in: .whitespaces) }
        }
        if !readsBody || parts[1].utf8.count >= fields["content-length"].flatMap(Int.init) ?? 0 {
          return Asked(line: String(lines[0]), fields: fields, body: String(parts[1]))
        }
      }
      let count = recv(connection, &buffer, buffer.count, 0)
      guard count > 0 else { return nil }
      text += String(decoding: buffer[..<count], as: UTF8.self)
    }
  }
}

/// Answers as a daemon writes them.
enum Answer {
  static func json(_ body: String, status: String = "200 OK", type: String = "application/json", _ fields: String = "")
    -> String
  {
    "HTTP/1.1 \(status)\r\ncontent-type: \(type)\r\n\(fields)content-length: \(body.utf8.count)\r\n\r\n\(body)"
  }

  static func value(_ value: some Encodable, status: String = "200 OK", _ fields: String = "") throws -> String {
    json(try text(value), status: status, fields)
  }

  static func text(_ value: some Encodable) throws -> String {
    String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
  }

  static func problem(_ body: String, status: String) -> String {
    json(body, status: status, type: "application/problem+json")
  }

  /// The head of a body that comes in chunks.
  static func chunked(_ type: String) -> String {
    "HTTP/1.1 200 OK\r\ncontent-type: \(type)\r\ntransfer-encoding: chunked\r\n\r\n"
  }

  static func chunk(_ text: String) -> String { "\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n" }
  static let end = "0\r\n\r\n"
}
