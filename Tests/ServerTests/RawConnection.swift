import Dispatch
import Foundation

/// What came back.
struct RawResponse: Sendable {
  let status: Int
  /// By lower-case name.
  let headers: [String: String]
  let body: String

  /// A field of a JSON body.
  subscript(name: String) -> String? {
    let object = (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any]
    return object?[name].map { "\($0)" }
  }
}

/// HTTP/1.1 by hand over a unix socket: a test says exactly what is sent, and when.
///
/// `@unchecked Sendable`: everything runs on `queue`, which blocks for none of Swift's own threads.
final class RawConnection: @unchecked Sendable {
  struct Failure: Error, CustomStringConvertible { let description: String }

  private let queue = DispatchQueue(label: "raw-connection")
  private let descriptor: Int32
  private var buffer: [UInt8] = []

  init(_ path: String) throws {
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard result == 0 else { throw Failure(description: "connect: \(String(cString: strerror(errno)))") }
    var limit = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close(descriptor) }

  /// - Returns: how many bytes were taken; less than all where the other end has closed.
  @discardableResult
  func send(_ bytes: [UInt8]) async throws -> Int {
    try await run {
      var sent = 0
      while sent < bytes.count {
        let count = bytes[sent...].withUnsafeBytes {
          Glibc.send(self.descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        if count <= 0 { break }
        sent += count
      }
      return sent
    }
  }

  @discardableResult
  func send(_ text: String) async throws -> Int { try await send(Array(text.utf8)) }

  func response() async throws -> RawResponse {
    try await run {
      let head = try self.until("\r\n\r\n").split(separator: "\r\n")
      guard let status = head.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
        throw Failure(description: "no status in \(head)")
      }
      var headers: [String: String] = [:]
      for line in head.dropFirst() {
        let parts = line.split(separator: ":", maxSplits: 1)
        headers[parts[0].lowercased()] = parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
      }
      var body: [UInt8] = []
      if headers["transfer-encoding"] == "chunked" {
        while let size = Int(try self.until("\r\n").dropLast(2), radix: 16), size > 0 {
          body += try self.take(size)
          _ = try self.take(2)
        }
        _ = try self.take(2)
      } else if let count = headers["content-length"].flatMap({ Int($0) }) {
        body = try self.take(count)
      }
      return RawResponse(status: status, headers: headers, body: String(decoding: body, as: UTF8.self))
    }
  }

  /// Everything up to and with `marker`.
  func read(until marker: String) async throws -> String { try await run { try self.until(marker) } }

  /// Whether the other end closes within the limit; what still comes is thrown away.
  func isClosed(within seconds: Int) async throws -> Bool {
    try await run {
      let end = Date.now.addingTimeInterval(Double(seconds))
      while Date.now < end {
        var poller = pollfd(fd: self.descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&poller, 1, 100) > 0 else { continue }
        do {
          try self.fill()
        } catch {
          return true
        }
      }
      return false
    }
  }

  private func until(_ marker: String) throws -> String {
    let marker = Array(marker.utf8)
    while true {
      if let range = buffer.firstRange(of: marker) {
        let text = String(decoding: buffer[..<range.upperBound], as: UTF8.self)
        buffer.removeSubrange(..<range.upperBound)
        return text
      }
      try fill()
    }
  }

  private func take(_ count: Int) throws -> [UInt8] {
    while buffer.count < count { try fill() }
    defer { buffer.removeSubrange(..<count) }
    return Array(buffer[..<count])
  }

  private func fill() throws {
    var chunk = [UInt8](repeating: 0, count: 65536)
    let count = recv(descriptor, &chunk, chunk.count, 0)
    guard count > 0 else {
      throw Failure(description: count == 0 ? "closed" : "recv: \(String(cString: strerror(errno)))")
    }
    buffer += chunk[..<count]
  }

  private func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      queue.async { continuation.resume(with: Result(catching: work)) }
    }
  }
}
