import Foundation
import Vocabulary

/// Bytes from and to the file system, by plain calls: a command that prints a plan must not load more than it needs.
enum FileBytes {
  /// Reads at most `limit` bytes: `/dev/zero` never ends.
  static func read(path: String, limit: Int) throws(Problem) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unreadable(path, errno) }
    defer { close(descriptor) }
    return try read(descriptor, named: path, limit: limit)
  }

  static func read(_ descriptor: Int32, named name: String, limit: Int) throws(Problem) -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw unreadable(name, errno) }
      if count == 0 { return bytes }
      bytes += buffer[..<count]
      guard bytes.count <= limit else {
        throw Problem("usage", "\(name) is too large", path: name, wanted: "at most \(limit) bytes")
      }
    }
  }

  /// Gives each line to `body`, without its end; at most `limit` bytes of one are held.
  static func eachLine(of path: String, limit: Int, _ body: ([UInt8]) throws -> Void) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unreadable(path, errno) }
    defer { close(descriptor) }
    var line: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw unreadable(path, errno) }
      if count == 0 { break }
      var rest = buffer[..<count]
      while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
        line += rest[..<end]
        try body(line)
        line.removeAll(keepingCapacity: true)
        rest = rest[(end + 1)...]
      }
      line += rest
      guard line.count <= limit else {
        throw Problem("usage", "a line of \(path) is too long", path: path, wanted: "at most \(limit) bytes")
      }
    }
    if !line.isEmpty { try body(line) }
  }

  static func write(_ bytes: [UInt8], to descriptor: Int32) throws(Problem) {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        Glibc.write(descriptor, buffer.baseAddress?.advanced(by: written), bytes.count - written)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        throw Problem("output", "what was to be printed cannot be written: \(String(cString: strerror(errno)))")
      }
      written += count
    }
  }

  /// Whether the first byte that is no space is this one.
  static func begins(_ path: String, with byte: UInt8) throws(Problem) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unreadable(path, errno) }
    defer { close(descriptor) }
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = Glibc.read(descriptor, &buffer, buffer.count)
    guard count >= 0 else { throw unreadable(path, errno) }
    return buffer[..<count].first { ![9, 10, 13, 32].contains($0) } == byte
  }

  /// Writes a file as a whole or not at all: who reads it while it is written finds the old one.
  static func replace(_ path: String, with bytes: [UInt8]) throws(Problem) {
    do {
      try Data(bytes).write(to: URL(filePath: path), options: .atomic)
    } catch {
      throw Problem("usage", "\(path) cannot be written", path: path, underlying: "\(error)")
    }
  }

  /// The documents of a folder by name; `nil` where the path is no folder.
  static func documents(inFolder path: String) throws(Problem) -> [String]? {
    var status = stat()
    guard stat(path, &status) == 0 else { throw unreadable(path, errno) }
    guard status.st_mode & S_IFMT == S_IFDIR else { return nil }
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: path)
    } catch {
      throw Problem("usage", "the folder \(path) cannot be read", path: path, underlying: "\(error)")
    }
    let documents = names.filter { name in
      !name.hasPrefix(".") && [".yaml", ".yml", ".json"].contains { name.hasSuffix($0) }
    }
    return documents.sorted().map { path.hasSuffix("/") ? path + $0 : path + "/" + $0 }
  }

  /// A document that cannot be read is no valid document: usage, like one that does not parse.
  private static func unreadable(_ path: String, _ number: Int32) -> Problem {
    Problem("usage", "\(path) cannot be read: \(String(cString: strerror(number)))", path: path)
  }
}
