import Libvirt
import Vocabulary

extension HypervisorContract {
  static let events = [
    Behaviour("one definition, one start and one stop are each told once") { test in
      try await test.defineAndStart()
      try await test.hypervisor.destroy(test.uuid)
      try await test.hypervisor.undefine(test.uuid, [])
      try expect(try await test.events.sees(.lifecycle(.undefinedRemoved), of: test.uuid), "no undefinition")
      // QEMU's own word that it is going (shutdown) and that its processors run (resumed) may come too.
      let told = await test.events.kinds(of: test.uuid).filter { kind in
        guard case .lifecycle(let lifecycle) = kind else { return true }
        return lifecycle.event != .shutdown && lifecycle.event != .resumed
      }
      let wanted: [DomainEvent.Kind] = [
        .lifecycle(.definedAdded), .lifecycle(.startedBooted), .lifecycle(.stoppedDestroyed),
        .lifecycle(.undefinedRemoved),
      ]
      try expect(told == wanted, "told: \(told)")
    },
    Behaviour("a live attach is told by the alias") { test in
      try await test.defineAndStart()
      try await test.hypervisor.attach(test.domain.disk(slot: test.domain.slot(0)), to: test.uuid, side: .live)
      try expect(try await test.events.sees(.deviceAdded(alias: "ua-data"), of: test.uuid), "not told")
    },
    Behaviour("metadata that changes is told with its namespace, for each side") { test in
      try await test.defineAndStart()
      for (count, side) in Side.allCases.enumerated() {
        try await test.hypervisor.setMetadata(
          XMLText("<a/>"), prefix: "vmctl", uri: "urn:vmctl:contract", of: test.uuid, side: side)
        let kind = DomainEvent.Kind.metadataChange(type: .element, uri: "urn:vmctl:contract")
        try expect(try await test.events.sees(kind, of: test.uuid, times: count + 1), "\(side): not told")
      }
    },
    Behaviour("what a domain is called is in its events") { test in
      try await test.define()
      try expect(try await test.events.sees(.lifecycle(.definedAdded), of: test.uuid), "not told")
      let names = await test.events.events.compactMap { event -> String? in
        guard case .domain(let event) = event, event.uuid == test.uuid else { return nil }
        return event.name
      }
      try expect(names == [test.domain.name], "told as \(names)")
    },
  ]
}
