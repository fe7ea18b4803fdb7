import Foundation
import Synchronization

/// Stands between libvirt's client and its daemon and breaks what it is ordered to (faults.md 2.3).
///
/// Each client has two threads, one a direction, which end with the connection.
package final class RPCProxy: Sendable {
  /// What is done to one call.
  package enum Fault: Sendable {
    /// Carried out; its reply is lost and the connection is cut.
    case dropReply
    /// Never delivered; the connection is cut.
    case closeBefore
    /// Delivered, and the connection is cut at once: carried out or not, nobody knows.
    case closeAfter
    case delayReply(Duration)
    /// Nothing is broken: the call is delivered, and then this is done.
    case tell(@Sendable () -> Void)
  }

  /// What is done to every event, as long as it is ordered.
  package enum EventFault: Sendable, Hashable {
    case drop
    case double
    /// Each comes after what follows it.
    case reorder
    case delay(Duration)
  }

  private struct Order {
    let procedure: RPCPacket.Procedure
    var countdown: Int
    let fault: Fault
  }

  private struct State {
    var orders: [Order] = []
    var eventFault: EventFault?
    var calls: [RPCPacket.Procedure: Int] = [:]
    var events: [RPCPacket.Procedure: Int] = [:]
    var wires: [RPCWire] = []
    var isStopped = false
  }

  private let path: String
  private let upstream: String
  private let listener: PacketSocket
  private let state = Mutex(State())
  private let threads = DispatchGroup()

  /// Where libvirt's client finds the host through the proxy.
  package var uri: String { "qemu+unix:///system?socket=\(path)" }

  /// A proxy in front of the host, as long as `body` runs.
  package static func with<Value>(
    _ host: PrivateHost, _ body: (RPCProxy) async throws -> Value
  ) async throws -> Value {
    let proxy = try RPCProxy(host)
    do {
      let value = try await body(proxy)
      await proxy.stop()
      return value
    } catch {
      await proxy.stop()
      throw error
    }
  }

  private init(_ host: PrivateHost) throws {
    path = "\(host.folder)/proxy-\(UInt32.random(in: 0 ... .max))"
    upstream = host.socket
    listener = try PacketSocket(listeningAt: path)
    run { [self] in serve() }
  }

  /// Cuts every connection and returns when no thread is left.
  private func stop() async {
    let wires = state.withLock { state in
      state.isStopped = true
      return state.wires
    }
    listener.cut()
    for wire in wires { wire.cut() }
    await withCheckedContinuation { continuation in threads.notify(queue: .global()) { continuation.resume() } }
    unlink(path)
  }

  // MARK: Orders

  /// The `nth` call from now on of a procedure, of whichever client, is done this to.
  package func order(_ fault: Fault, of procedure: RPCPacket.Procedure, nth: Int = 1) {
    state.withLock { $0.orders.append(Order(procedure: procedure, countdown: nth, fault: fault)) }
  }

  package func order(events fault: EventFault?) { state.withLock { $0.eventFault = fault } }

  /// Whether everything that was ordered for calls has happened.
  package var hasDoneItsOrders: Bool { state.withLock { $0.orders.isEmpty } }

  package func forgetOrders() { state.withLock { $0.orders = [] } }

  /// Calls that clients made, delivered or not.
  package var calls: [RPCPacket.Procedure: Int] { state.withLock { $0.calls } }
  /// Events that the daemon sent.
  package var events: [RPCPacket.Procedure: Int] { state.withLock { $0.events } }

  package func forgetCalls() {
    state.withLock { state in
      state.calls = [:]
      state.events = [:]
    }
  }

  /// Cuts every connection there is now.
  package func cutAll() { for wire in state.withLock({ $0.wires }) { wire.cut() } }

  func fault(for call: RPCPacket) -> Fault? {
    state.withLock { state in
      state.calls[call.procedure, default: 0] += 1
      var found: Fault?
      for index in state.orders.indices where state.orders[index].procedure == call.procedure {
        state.orders[index].countdown -= 1
        if state.orders[index].countdown == 0 { found = state.orders[index].fault }
      }
      state.orders.removeAll { $0.countdown <= 0 }
      return found
    }
  }

  func fault(forEvent event: RPCPacket) -> EventFault? {
    state.withLock { state in
      state.events[event.procedure, default: 0] += 1
      return state.eventFault
    }
  }

  // MARK: Threads

  private func serve() {
    while let client = listener.accept() {
      // Without a daemon the client finds the end at once, as it would at the daemon's own socket.
      guard let server = try? PacketSocket(connectingTo: upstream) else { continue }
      let wire = RPCWire(client: client, server: server)
      let isWanted = state.withLock { state in
        if !state.isStopped { state.wires.append(wire) }
        return !state.isStopped
      }
      guard isWanted else { return }
      run { [self] in wire.passCalls(self) }
      run { [self] in
        wire.passReplies(self)
        state.withLock { $0.wires.removeAll { $0 === wire } }
      }
    }
  }

  private func run(_ body: @escaping @Sendable () -> Void) {
    threads.enter()
    Thread { [threads] in
      body()
      threads.leave()
    }.start()
  }
}
