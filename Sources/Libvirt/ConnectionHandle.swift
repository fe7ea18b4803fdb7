internal import CLibvirt
internal import Synchronization

/// Owns a `virConnectPtr` and the subscriptions on it. Every method blocks: call them on `CallThreads` only.
final class ConnectionHandle: Sendable {
  private let connection: Mutex<ConnectionPointer?>
  /// Apart from `connection`, because subscribing waits for the daemon and other calls must not wait for that.
  private let subscriptions = Mutex(Subscriptions.none)

  private enum Subscriptions {
    case none
    case made([CInt], hasCloseCallback: Bool)
    case ended
  }

  /// Connects and returns when libvirt has answered.
  init(uri: String?, readOnly: Bool) throws(LibvirtError) {
    let opened = readOnly ? virConnectOpenReadOnly(uri) : virConnectOpen(uri)
    let raw = try LibvirtError.check(opened, readOnly ? "virConnectOpenReadOnly" : "virConnectOpen")
    connection = Mutex(ConnectionPointer(raw: raw))
  }

  deinit { close() }

  /// Runs `body` with the connection, which stays open for as long as that takes.
  func use<T>(_ body: (OpaquePointer) throws(LibvirtError) -> T) throws(LibvirtError) -> T {
    let borrowed = connection.withLock { connection in
      if let connection { virConnectRef(connection.raw) }
      return connection
    }
    guard let borrowed else { throw ConnectionHandle.closed }
    defer { virConnectClose(borrowed.raw) }
    return try body(borrowed.raw)
  }

  /// Has the daemon notice our end and us notice the daemon's: without it, a call to a frozen daemon waits for ever.
  func keepAlive(_ keepalive: Connection.Keepalive) throws(LibvirtError) {
    try use { (connection) throws(LibvirtError) in
      guard virConnectSetKeepAlive(connection, keepalive.interval, keepalive.count) < 0 else { return }
      let error = LibvirtError.last("virConnectSetKeepAlive")
      // Drivers inside this process have no daemon to lose.
      guard error.code == .noSupport else { throw error }
    }
  }

  /// Subscribes to everything once; further calls change nothing.
  func subscribe(_ events: EventFanout) throws(LibvirtError) {
    try use { (connection) throws(LibvirtError) in
      try subscriptions.withLock { (subscriptions) throws(LibvirtError) in
        switch subscriptions {
        case .made: return
        case .ended: throw ConnectionHandle.closed
        case .none:
          let hasCloseCallback = try EventCallbacks.registerClose(on: connection, events)
          do throws(LibvirtError) {
            subscriptions = .made(
              try EventCallbacks.register(on: connection, events), hasCloseCallback: hasCloseCallback)
          } catch {
            if hasCloseCallback { EventCallbacks.unregisterClose(on: connection) }
            throw error
          }
        }
      }
    }
  }

  /// Gives up the connection. Calls that have it keep it until they are done; the last one closes it.
  func close() {
    let last = connection.withLock { connection in
      defer { connection = nil }
      return connection
    }
    guard let last else { return }
    subscriptions.withLock { subscriptions in
      // A subscription holds a reference: with one left, the connection would never close.
      if case .made(let ids, let hasCloseCallback) = subscriptions {
        // An error here is of a connection that is gone already; libvirt drops its side of it first either way.
        for id in ids { virConnectDomainEventDeregisterAny(last.raw, id) }
        if hasCloseCallback { EventCallbacks.unregisterClose(on: last.raw) }
      }
      subscriptions = .ended
    }
    virConnectClose(last.raw)
  }

  static let closed = LibvirtError(
    code: .invalidConnection, domain: .none, message: "the connection is closed", function: "virConnectRef")
}

// libvirt allows any thread to use a virConnectPtr at any time; its lifetime is guarded by the mutex it is kept in and
// by the reference that `use` takes.
private struct ConnectionPointer: @unchecked Sendable {
  let raw: OpaquePointer
}
