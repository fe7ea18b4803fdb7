import Foundation
import Libvirt
import Synchronization
import TestSupport
import Testing
import Vocabulary

extension Live {
  /// A connection that is lost at a real libvirtd, each on a host of its own.
  @Suite(.serialized, .needsHost, .timeLimit(.minutes(5))) struct ConnectionLoss {
    @Test func `F3: the error is the same whether the call was carried out or never delivered; a read tells`()
      async throws
    {
      try await ProxiedDomain.with { test in
        var errors: [LibvirtError] = []
        for (fault, there) in [(RPCProxy.Fault.closeBefore, 0), (.dropReply, 1)] {
          test.proxy.forgetCalls()
          test.proxy.order(fault, of: .attach)
          let error = await #expect(throws: LibvirtError.self) { try await test.attach() }
          #expect(error?.meansConnectionLost == true, "\(error as Any)")
          #expect(try await test.disks() == there)
          #expect(test.proxy.calls[.attach] == 1 && test.proxy.hasDoneItsOrders)
          // The next read goes over a new connection and sees the same.
          let seen = try await test.lasting.observe(.uuid(test.domain.uuid))?.live?.shown
          #expect(seen?.contains("ua-data") == (there == 1))
          if let error { errors.append(error) }
        }
        #expect(errors.count == 2 && errors.first?.code == errors.last?.code)
        #expect(errors.first?.domain == errors.last?.domain)
      }
    }

    @Test func `F2: a call whose connection ends as it is delivered is made once`() async throws {
      try await ProxiedDomain.with { test in
        test.proxy.order(.closeAfter, of: .attach)
        let error = await #expect(throws: LibvirtError.self) { try await test.attach() }
        #expect(error?.meansConnectionLost == true)
        #expect(test.proxy.calls[.attach] == 1)
        // The daemon may be at it still, so that one read is no last word: who asks again is refused, or is the first.
        do throws(LibvirtError) { try await test.attach() } catch { #expect(!error.meansConnectionLost, "\(error)") }
        let disks = try await test.disks()
        #expect(disks == 1)
      }
    }

    @Test func `F3: a read whose reply is lost is made again without a word`() async throws {
      try await ProxiedDomain.with { test in
        for fault in [RPCProxy.Fault.closeBefore, .dropReply, .closeAfter] {
          test.proxy.order(fault, of: .xmlDescription)
          let name = try await test.lasting.observe(.uuid(test.domain.uuid))?.name
          #expect(name == test.domain.name)
          #expect(test.proxy.hasDoneItsOrders)
        }
      }
    }

    @Test(arguments: [true, false])
    func `F2: a libvirtd that was killed or restarted is connected to again, and tells events again`(
      _ isKilled: Bool
    ) async throws {
      try await ProxiedDomain.with { test in
        for _ in 0..<2 {
          if isKilled { try test.host.killDaemon() } else { try test.host.restartDaemon() }
          #expect(try await test.lasting.observe(.uuid(test.domain.uuid))?.state == .running)
        }
        try await test.attach()
        #expect(try await test.events.sees(.deviceAdded(alias: "ua-data"), of: test.domain.uuid))
        #expect(await test.events.count(of: .resync) == 2)
        #expect(await test.events.count(of: .closed(.endOfFile)) == 0)
      }
    }

    @Test func `F5: a frozen libvirtd is noticed by keepalive, and connected to again when it goes on`() async throws {
      let host = Mutex<PrivateHost?>(nil)
      let attempts = Atomic(0)
      let isNoticed = Atomic(false)
      try await ProxiedDomain.with(
        keepalive: Connection.Keepalive(interval: 1, count: 1),
        connecting: {
          // The second attempt is the first after the loss, which nobody could notice but by keepalive.
          guard attempts.add(1, ordering: .relaxed).newValue > 1 else { return }
          // A libvirtd that goes on before the other connection has noticed answers it, and nothing is closed.
          for _ in 0..<600 where !isNoticed.load(ordering: .relaxed) { try? await Task.sleep(for: .milliseconds(50)) }
          do { try host.withLock { try $0?.signal(SIGCONT, to: "libvirtd") } } catch { Issue.record(error) }
        }
      ) { test in
        host.withLock { $0 = test.host }
        let watching = try await Connection.open(
          uri: test.host.uri, readOnly: false, keepalive: Connection.Keepalive(interval: 1, count: 1))
        let stream = try await watching.events()
        try test.host.signal(SIGSTOP, to: "libvirtd")
        let notice: @Sendable () async -> Bool = {
          let event = await stream.first { $0 == .closed(.keepalive) }
          isNoticed.store(true, ordering: .relaxed)
          return event != nil
        }
        async let closed = notice()
        #expect(try await test.lasting.observe(.uuid(test.domain.uuid))?.state == .running)
        #expect(attempts.load(ordering: .relaxed) == 2)
        try await test.attach()
        #expect(try await test.events.sees(.deviceAdded(alias: "ua-data"), of: test.domain.uuid))
        #expect(await closed)
        await watching.close()
      }
    }

    @Test func `F6: a QEMU that is stopped holds up one call, and no other domain`() async throws {
      var pace = LastingConnection.Pace()
      pace.callLimit = .seconds(2)
      try await ProxiedDomain.with(pace: pace) { test in
        let other = ContractDomain(machine: .pc, images: test.host.images, network: test.host.network, os: "")
        try Data(count: 1 << 20).write(to: URL(filePath: other.image("data")))
        try test.host.signal(SIGSTOP, to: "qemu-system-x86")
        _ = try await test.lasting.create(other.definition)
        let error = await #expect(throws: LibvirtError.self) { try await test.attach() }
        #expect(error?.code == .operationTimeout && error?.meansConnectionLost == false, "\(error as Any)")
        let state = try await test.lasting.control(of: test.domain.uuid)
        #expect(state.kind == .occupied)
        try await test.lasting.start(other.uuid)
        try await test.lasting.attach(other.disk(slot: other.slot(0)), to: other.uuid, side: .live)
        try await test.lasting.destroy(other.uuid)

        // What was not waited for goes on when QEMU does.
        try test.host.signal(SIGCONT, to: "qemu-system-x86")
        #expect(try await test.events.sees(.deviceAdded(alias: "ua-data"), of: test.domain.uuid))
        #expect(try await test.disks() == 1)
      }
    }
  }
}
