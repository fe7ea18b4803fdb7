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

    package init(pid: Int32, command: String, since: Timestamp) {
      self.pid = pid
      self.command = command
      self.since = since
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
  ///   - wait: how long to wait for a holder to let go. A cancelled task stops waiting.
  ///   - clock: what waits.
  /// - Returns: the lock, held until it is closed or dropped, or the process ends.
  /// - Throws: `.held` with the holder's name; `.denied`, `.readOnly`, `.diskFull` or `.io` where the file cannot be had.
  package static func acquire(
    _ location: StoreLocation, command: String, since: Timestamp, wait: Duration = .zero,
    clock: any Clock<Duration> = ContinuousClock()
  ) async throws(StoreError) -> StoreLock {
    var left = max(wait, grace)
    while true {
      if let lock = try attempt(location, command: command, since: since) { return lock }
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

  /// One attempt; `nil` where another process holds it.
  private static func attempt(
    _ location: StoreLocation, command: String, since: Timestamp
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
    let holder = Holder(pid: getpid(), command: command, since: since)
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
    let text = Array("\(holder.pid)\n\(holder.since.milliseconds)\n\(command)\n".utf8)
    guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, text, text.count, 0) == text.count else {
      throw StoreError(errno: errno, path: path)
    }
  }

  /// The name in the file; `nil` where the holder has not written it yet.
  private static func reading(_ location: StoreLocation) -> Holder? {
    guard let bytes = FileManager.default.contents(atPath: location.lockPath) else { return nil }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count >= 3, let pid = Int32(lines[0]), let since = Int64(lines[1]) else { return nil }
    return Holder(pid: pid, command: String(lines[2]), since: Timestamp(milliseconds: since))
  }
}
