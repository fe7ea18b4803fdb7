import Foundation
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// The right to write a store: `flock` on `<store>.lock`, so that the kernel lets go of it when the process ends,
/// however it ends. The file says who holds it. It is never deleted: a deleted lock file lets two in.
package final class StoreLock: Sendable {
  package let location: StoreLocation
  package let holder: Holder
  private let descriptor: Mutex<Int32?>

  /// Who holds a store.
  package struct Holder: Sendable, Hashable, Codable {
    package let pid: Int32
    package let command: String
    package let since: Timestamp
    /// Where it takes requests for what it holds; only a daemon does.
    package var socket: String?
    /// The hypervisor that it works at, where it says.
    package var uri: String?

    package init(pid: Int32, command: String, since: Timestamp, socket: String? = nil, uri: String? = nil) {
      self.pid = pid
      self.command = command
      self.since = since
      self.socket = socket
      self.uri = uri
    }
  }

  private init(location: StoreLocation, holder: Holder, descriptor: Int32) {
    self.location = location
    self.holder = holder
    self.descriptor = Mutex(descriptor)
  }

  deinit { close() }

  /// Lets go. Calling it twice does nothing.
  package func close() {
    descriptor.withLock { descriptor in
      guard let open = descriptor else { return }
      // The name goes first: who fails to get the lock from here on must not be told of a process that let go.
      // A failure only leaves the old name, which the next holder overwrites.
      _ = ftruncate(open, 0)
      _ = Glibc.close(open)
      descriptor = nil
    }
  }

  /// Takes the lock of a store, making the store's folder (0700) where there is none.
  /// - Parameters:
  ///   - location: where the store is.
  ///   - command: what the holder is called in the error of the process that comes second.
  ///   - since: now.
  ///   - socket: where others may ask the holder for what they would do themselves.
  ///   - uri: the hypervisor that the holder works at.
  ///   - wait: how long to wait for a holder to let go. A cancelled task stops waiting.
  ///   - clock: what waits.
  /// - Returns: the lock, held until it is closed or dropped, or the process ends.
  /// - Throws: `.held` with the holder's name; `.denied`, `.readOnly`, `.diskFull` or `.io` where the file cannot be had.
  package static func acquire(
    _ location: StoreLocation, command: String, since: Timestamp, socket: String? = nil, uri: String? = nil,
    wait: Duration = .zero, clock: any Clock<Duration> = ContinuousClock()
  ) async throws(StoreError) -> StoreLock {
    let holder = Holder(pid: getpid(), command: command, since: since, socket: socket, uri: uri)
    var left = max(wait, grace)
    while true {
      if let lock = try attempt(location, holder) { return lock }
      let pause = min(left, wait > grace ? .milliseconds(50) : .milliseconds(5))
      guard left > .zero, (try? await clock.sleep(for: pause)) != nil else {
        throw StoreError(.held(by: reading(location)), path: location.path)
      }
      left -= pause
    }
  }

  /// Nobody is told "held" before this: who looks for a holder has the lock for some microseconds, and a holder needs
  /// as long to write its name.
  private static let grace: Duration = .milliseconds(20)

  /// Who holds the lock now; `nil` where nobody does.
  package static func holder(of location: StoreLocation) -> Holder? {
    let descriptor = open(location.lockPath, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return nil }
    defer { _ = Glibc.close(descriptor) }
    guard flock(descriptor, LOCK_SH | LOCK_NB) != 0 else { return nil }
    return reading(location)
  }

  /// The daemon that holds the lock and takes requests; `nil` where there is none. One small read for who is to find
  /// none, since every command asks.
  package static func daemon(of location: StoreLocation) -> Holder? {
    let descriptor = open(location.lockPath, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return nil }
    defer { _ = Glibc.close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 8192)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    guard count > 0, let holder = reading(bytes[..<count]), holder.socket != nil else { return nil }
    // Who was killed has left its name behind, and not its lock.
    guard flock(descriptor, LOCK_SH | LOCK_NB) != 0 else { return nil }
    return holder
  }

  /// One attempt; `nil` where another process holds it.
  private static func attempt(
    _ location: StoreLocation, _ holder: Holder
  ) throws(StoreError) -> StoreLock? {
    try StoreFolder.make(for: location)
    let descriptor = open(location.lockPath, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw StoreError(errno: errno, path: location.lockPath) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let code = errno
      _ = Glibc.close(descriptor)
      if code == EWOULDBLOCK { return nil }
      throw StoreError(errno: code, path: location.lockPath)
    }
    // Somebody may have deleted the file between our open and our flock: then this lock excludes nobody.
    guard isFile(descriptor, at: location.lockPath) else {
      _ = Glibc.close(descriptor)
      return nil
    }
    do throws(StoreError) {
      try write(holder, to: descriptor, path: location.lockPath)
    } catch {
      _ = Glibc.close(descriptor)
      throw error
    }
    return StoreLock(location: location, holder: holder, descriptor: descriptor)
  }

  private static func isFile(_ descriptor: Int32, at path: String) -> Bool {
    var here = stat()
    var there = stat()
    guard fstat(descriptor, &here) == 0, stat(path, &there) == 0 else { return false }
    return here.st_dev == there.st_dev && here.st_ino == there.st_ino
  }

  private static func write(_ holder: Holder, to descriptor: Int32, path: String) throws(StoreError) {
    let command = String(holder.command.map { $0.isNewline ? " " : $0 })
    var lines = [String(holder.pid), String(holder.since.milliseconds), command]
    // A path with a line end in it cannot be told, so nobody is sent to another one.
    for (word, value) in [("socket", holder.socket), ("uri", holder.uri)] {
      if let value, !value.contains(where: \.isNewline) { lines.append("\(word) \(value)") }
    }
    let text = Array(lines.map { $0 + "\n" }.joined().utf8)
    guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, text, text.count, 0) == text.count else {
      throw StoreError(errno: errno, path: path)
    }
  }

  /// The name in the file; `nil` where the holder has not written it yet.
  private static func reading(_ location: StoreLocation) -> Holder? {
    guard let bytes = FileManager.default.contents(atPath: location.lockPath) else { return nil }
    return reading(bytes)
  }

  private static func reading(_ bytes: some Sequence<UInt8>) -> Holder? {
    let lines = String(decoding: Array(bytes), as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count >= 3, let pid = Int32(lines[0]), let since = Int64(lines[1]) else { return nil }
    var holder = Holder(pid: pid, command: String(lines[2]), since: Timestamp(milliseconds: since))
    for line in lines.dropFirst(3) {
      if line.hasPrefix("socket ") { holder.socket = String(line.dropFirst(7)) }
      if line.hasPrefix("uri ") { holder.uri = String(line.dropFirst(4)) }
    }
    return holder
  }
}
