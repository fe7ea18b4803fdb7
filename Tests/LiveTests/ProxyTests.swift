import Libvirt
import TestSupport
import Testing
import Vocabulary

extension Live {
  /// That the proxy does what it says, and knows libvirt's procedures by their right numbers.
  @Suite(.serialized, .needsHost, .timeLimit(.minutes(5))) struct Proxy {
    @Test func `the daemon knows each procedure by the number that the proxy gives it`() async throws {
      try await ProxiedDomain.with { test in
        let (domain, lasting, proxy) = (test.domain, test.lasting, test.proxy)
        // Made by `with`.
        #expect(proxy.calls[.define] == 1 && proxy.calls[.start] == 1)
        let disk = domain.disk(slot: domain.slot(0))
        let card = XMLText(
          "<interface type='network'><mac address='52:54:00:c0:ff:ee'/><source network='\(test.host.network)'/>"
            + "<model type='virtio'/></interface>")
        let calls: [(RPCPacket.Procedure, () async throws -> Void)] = [
          (.attach, { try await lasting.attach(disk, to: domain.uuid, side: .live) }),
          (.attach, { try await lasting.attach(card, to: domain.uuid, side: .persistent) }),
          (
            .update,
            {
              let down = XMLText(card.shown.replacing("</interface>", with: "<link state='down'/></interface>"))
              try await lasting.update(down, of: domain.uuid, side: .persistent, force: false)
            }
          ),
          (.detach, { try await lasting.detach(card, from: domain.uuid, side: .persistent) }),
          (
            .setMetadata,
            {
              try await lasting.setMetadata(
                XMLText("<a/>"), prefix: "t", uri: "urn:t", of: domain.uuid, side: .persistent)
            }
          ),
          (.xmlDescription, { _ = try await lasting.observe(.uuid(domain.uuid)) }),
        ]
        let known: [RPCPacket.Procedure] = [
          .define, .start, .attach, .detach, .update, .setMetadata, .xmlDescription,
        ]
        for (procedure, call) in calls {
          proxy.forgetCalls()
          try await call()
          #expect(Set(proxy.calls.keys).intersection(known) == [procedure])
        }
      }
    }

    @Test func `events are dropped, doubled and held back`() async throws {
      try await ProxiedDomain.with { test in
        let added = DomainEvent.Kind.deviceAdded(alias: "ua-data")
        test.proxy.order(events: .double)
        try await test.attach()
        #expect(try await test.events.sees(added, of: test.domain.uuid, times: 2))
        #expect(test.proxy.events[.deviceAdded] == 1)

        func setMetadata(_ uri: String) async throws {
          let before = test.proxy.events.values.reduce(0, +)
          try await test.lasting.setMetadata(
            XMLText("<a/>"), prefix: "t", uri: uri, of: test.domain.uuid, side: .live)
          // The event may come after the reply, and is to meet what was ordered for it.
          let deadline = ContinuousClock.now + .seconds(30)
          while test.proxy.events.values.reduce(0, +) == before, ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(5))
          }
        }
        func sees(_ uri: String) async throws -> Bool {
          try await test.events.sees(.metadataChange(type: .element, uri: uri), of: test.domain.uuid)
        }
        test.proxy.order(events: .drop)
        try await setMetadata("urn:dropped")
        test.proxy.order(events: .reorder)
        try await setMetadata("urn:held")
        test.proxy.order(events: .delay(.milliseconds(1)))
        try await setMetadata("urn:late")
        let hasCome = try await (sees("urn:held"), sees("urn:late"))
        #expect(hasCome == (true, true))
        let kinds = await test.events.kinds(of: test.domain.uuid)
        #expect(!kinds.contains(.metadataChange(type: .element, uri: "urn:dropped")))
      }
    }

    @Test func `a reply that comes late is waited for`() async throws {
      try await ProxiedDomain.with { test in
        test.proxy.order(.delayReply(.milliseconds(300)), of: .attach)
        let start = ContinuousClock.now
        try await test.attach()
        // Not sooner: the only thing that a delay can be told by.
        #expect(ContinuousClock.now - start >= .milliseconds(300))
        #expect(test.proxy.hasDoneItsOrders)
      }
    }
  }
}
