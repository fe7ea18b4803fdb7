import Foundation
import Synchronization

/// One client's connection to the daemon, through the proxy.
final class RPCWire: Sendable {
  private let client: PacketSocket
  private let server: PacketSocket
  private let replies = Mutex<[UInt32: RPCProxy.Fault]>([:])

  init(client: PacketSocket, server: PacketSocket) {
    self.client = client
    self.server = server
  }

  func cut() {
    client.cut()
    server.cut()
  }

  /// From client to daemon, until one of them ends it.
  func passCalls(_ proxy: RPCProxy) {
    defer { cut() }
    while let packet = client.read() {
      guard packet.isRemote, packet.kind == .call, let fault = proxy.fault(for: packet) else {
        server.write(packet)
        continue
      }
      switch fault {
      case .closeBefore: return
      case .closeAfter:
        server.write(packet)
        return
      case .dropReply, .delayReply:
        replies.withLock { $0[packet.serial] = fault }
        server.write(packet)
      case .tell(let body):
        server.write(packet)
        body()
      }
    }
  }

  /// From daemon to client, likewise.
  func passReplies(_ proxy: RPCProxy) {
    defer { cut() }
    var held: RPCPacket?
    while let packet = server.read() {
      if packet.isRemote, packet.kind == .reply, let fault = replies.withLock({ $0.removeValue(forKey: packet.serial) })
      {
        guard case .delayReply(let duration) = fault else { return }
        write(packet, after: duration)
      } else if packet.isRemote, packet.kind == .event, let fault = proxy.fault(forEvent: packet) {
        switch fault {
        case .drop: break
        case .double:
          client.write(packet)
          client.write(packet)
        case .reorder where held == nil:
          held = packet
          continue
        case .reorder: client.write(packet)
        case .delay(let duration): write(packet, after: duration)
        }
      } else {
        client.write(packet)
      }
      if let packet = held { client.write(packet) }
      held = nil
    }
  }

  private func write(_ packet: RPCPacket, after duration: Duration) {
    let milliseconds = Int(duration / .milliseconds(1))
    DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(milliseconds)) { [client] in
      client.write(packet)
    }
  }
}
