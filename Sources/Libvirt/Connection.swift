internal import Vocabulary

/// A connection to a libvirt daemon.
///
/// Calls block in C; they run on threads of this connection's own, each operation in one go, so that libvirt's
/// thread-local error is read where it arose and no libvirt handle outlives the operation.
package final class Connection: Hypervisor {
  private let threads: CallThreads
  private let handle: ConnectionHandle
  private let fanout = EventFanout()
  private let keepalive: Keepalive

  /// How a daemon that has stopped answering is noticed: after a silence of `interval`, it is asked `count` times,
  /// `interval` apart, and then the connection is lost.
  package struct Keepalive: Sendable {
    /// Whole seconds: libvirt knows no shorter ones.
    package let interval: Int32
    package let count: UInt32

    package init(interval: Int32, count: UInt32) {
      self.interval = interval
      self.count = count
    }

    /// 20 s in all.
    package static let standard = Keepalive(interval: 5, count: 3)
  }

  /// Connects.
  ///
  /// - Parameters:
  ///   - uri: `nil` leaves the choice to libvirt: `LIBVIRT_DEFAULT_URI`, its client configuration, or what it finds.
  ///   - readOnly: for commands that only look. libvirt refuses what changes something or shows secrets, and
  ///     `nativeCommandLine`, with code `operationDenied`.
  ///   - keepalive: begins when the connection is open, and on a read-only one with its events.
  /// - Returns: the open connection; `close` ends it.
  /// - Throws: what libvirt says where nobody answers or it may not be used.
  package static func open(
    uri: String?, readOnly: Bool, keepalive: Keepalive = .standard
  ) async throws(LibvirtError) -> Connection {
    let threads = CallThreads()
    let handle = try await threads.run { () throws(LibvirtError) in
      try EventLoop.register()
      let handle = try ConnectionHandle(uri: uri, readOnly: readOnly)
      if readOnly {
        EventLoop.startLater()
      } else {
        EventLoop.start()
        try handle.keepAlive(keepalive)
      }
      return handle
    }
    return Connection(threads: threads, handle: handle, keepalive: keepalive)
  }

  /// Begins, on a thread of its own, what the first connection of a process waits for: libvirt's start, a good part of
  /// a short command's time. Where it fails, `open` says why.
  package static func beginEarly() {
    startDetachedThread("libvirt-start") { EventLoop.begin() }
  }

  private init(threads: CallThreads, handle: ConnectionHandle, keepalive: Keepalive) {
    self.threads = threads
    self.handle = handle
    self.keepalive = keepalive
  }

  // The safety net for those who did not call `close`: it talks to the daemon, which is not for just any thread.
  deinit {
    fanout.finish(.client)
    threads.later { [handle] in handle.close() }
  }

  package func close() async {
    fanout.finish(.client)
    await threads.run { [handle] in handle.close() }
  }

  package func events() async throws(LibvirtError) -> AsyncStream<HypervisorEvent> {
    // Before subscribing, so that nothing falls in between.
    let stream = fanout.stream()
    try await threads.run { [handle, fanout, keepalive] () throws(LibvirtError) in
      EventLoop.start()
      try handle.keepAlive(keepalive)
      try handle.subscribe(fanout)
    }
    return stream
  }

  /// One operation: `body` gets the connection for as long as it runs.
  func call<T: Sendable>(
    _ body: @escaping @Sendable (OpaquePointer) throws(LibvirtError) -> T
  ) async throws(LibvirtError) -> T {
    try await threads.run { [handle] () throws(LibvirtError) in try handle.use(body) }
  }

  /// One operation on one domain: `body` gets its `virDomainPtr`.
  func call<T: Sendable>(
    on domain: DomainUUID, _ body: @escaping @Sendable (OpaquePointer) throws(LibvirtError) -> T
  ) async throws(LibvirtError) -> T {
    try await call { (connection) throws(LibvirtError) in
      try DomainHandle(.uuid(domain), on: connection).use(body)
    }
  }
}
