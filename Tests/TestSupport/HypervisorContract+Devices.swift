import Libvirt
import Vocabulary

extension HypervisorContract {
  static let devices = [
    Behaviour("an attach with alias and address changes only the side it names") { test in
      try await test.defineAndStart()
      let before = try await test.observe()
      let disk = test.domain.disk(slot: test.domain.slot(0))
      try await test.hypervisor.attach(disk, to: test.uuid, side: .live)
      let between = try await test.observe()
      try expect(between.persistent == before.persistent, "a live attach changed the persistent side")
      let live = between.live?.shown ?? ""
      try expect(live.contains("<alias name='ua-data'/>"), "no user alias on the live side")
      try expect(live.contains(test.domain.address(test.domain.slot(0))), "another address on the live side")
      try await test.hypervisor.attach(disk, to: test.uuid, side: .persistent)
      let after = try await test.observe()
      try expect(after.live == between.live, "a persistent attach changed the live side")
      let persistent = after.persistent?.shown ?? ""
      try expect(persistent.contains("<alias name='ua-data'/>"), "no user alias on the persistent side")
      try expect(
        persistent.contains(test.domain.address(test.domain.slot(0))), "another address on the persistent side")
    },
    Behaviour("a persistent attach is on the live side after the next start, at the same address") { test in
      try await test.define()
      for device in [
        test.domain.disk(slot: test.domain.slot(0)), test.domain.interface(slot: test.domain.slot(1)),
      ] { try await test.hypervisor.attach(device, to: test.uuid, side: .persistent) }
      try await test.hypervisor.start(test.uuid)
      let live = try await test.xml(.live)
      for slot in [test.domain.slot(0), test.domain.slot(1)] {
        try expect(live.contains(test.domain.address(slot)), "nothing at \(slot)")
      }
      try expect(live.contains("ua-data") && live.contains("ua-lan"), "user aliases lost")
    },
    Behaviour("a target that is taken is code 27 live and 55 persistent") { test in
      try await test.defineAndStart()
      for side in Side.allCases {
        try await test.hypervisor.attach(test.domain.disk(slot: test.domain.slot(0)), to: test.uuid, side: side)
        let before = try await test.observe()
        let again = test.domain.disk(alias: "ua-again", image: "other", slot: test.domain.slot(1))
        try await expectRefusal(side == .live ? .xmlError : .operationInvalid, what: "\(side)") {
          try await test.hypervisor.attach(again, to: test.uuid, side: side)
        }
        try expect(try await test.observe() == before, "the refused \(side) attach left something")
      }
    },
    Behaviour("an address that is taken is code 27, for an rng 67 on the persistent side") { test in
      try await test.defineAndStart()
      for side in Side.allCases {
        try await test.hypervisor.attach(test.domain.disk(slot: test.domain.slot(0)), to: test.uuid, side: side)
        let disk = test.domain.disk("vdc", alias: "ua-other", image: "other", slot: test.domain.slot(0))
        try await expectRefusal(.xmlError, what: "disk, \(side)") {
          try await test.hypervisor.attach(disk, to: test.uuid, side: side)
        }
        try await expectRefusal(side == .live ? .xmlError : .configUnsupported, what: "rng, \(side)") {
          try await test.hypervisor.attach(test.domain.rng(slot: test.domain.slot(0)), to: test.uuid, side: side)
        }
      }
    },
    Behaviour("an alias that is taken is code 67") { test in
      try await test.defineAndStart()
      for side in Side.allCases {
        try await test.hypervisor.attach(test.domain.disk(slot: test.domain.slot(0)), to: test.uuid, side: side)
        try await expectRefusal(.configUnsupported, what: "\(side)") {
          try await test.hypervisor.attach(
            test.domain.rng(alias: "ua-data", slot: test.domain.slot(1)), to: test.uuid, side: side)
        }
      }
    },
    Behaviour("an alias that does not begin with ua- is dropped without a word") { test in
      try await test.define()
      try await test.hypervisor.attach(
        test.domain.rng(alias: "entropy", slot: test.domain.slot(0)), to: test.uuid, side: .persistent)
      let xml = try await test.xml(.persistent)
      try expect(xml.contains("<rng") && !xml.contains("'entropy'"), "the alias was kept")
    },
    Behaviour("a live call on a stopped domain is code 55") { test in
      try await test.define()
      let disk = test.domain.disk(slot: test.domain.slot(0))
      try await expectRefusal(.operationInvalid, what: "attach") {
        try await test.hypervisor.attach(disk, to: test.uuid, side: .live)
      }
      try await expectRefusal(.operationInvalid, what: "detach") {
        try await test.hypervisor.detach(disk, from: test.uuid, side: .live)
      }
      try await expectRefusal(.operationInvalid, what: "detach by alias") {
        try await test.hypervisor.detach(alias: "ua-data", from: test.uuid, side: .live)
      }
      try await expectRefusal(.operationInvalid, what: "update") {
        try await test.hypervisor.update(disk, of: test.uuid, side: .live, force: false)
      }
    },
    Behaviour("detaching what is not there is code 99 by XML and code 1 by alias") { test in
      try await test.defineAndStart()
      for side in Side.allCases {
        try await expectRefusal(.deviceMissing, what: "\(side), disk") {
          try await test.hypervisor.detach(test.domain.disk(slot: test.domain.slot(0)), from: test.uuid, side: side)
        }
        try await expectRefusal(.deviceMissing, what: "\(side), interface") {
          let card = test.domain.interface(slot: test.domain.slot(0))
          try await test.hypervisor.detach(card, from: test.uuid, side: side)
        }
        try await expectRefusal(.internalError, what: "\(side), alias") {
          try await test.hypervisor.detach(alias: "ua-nothing", from: test.uuid, side: side)
        }
      }
    },
    Behaviour("a persistent detach takes the device off that side only, at once") { test in
      try await test.define()
      let before = try await test.observe()
      let disk = test.domain.disk(slot: test.domain.slot(0))
      let rng = test.domain.rng(slot: test.domain.slot(1))
      for device in [disk, rng] { try await test.hypervisor.attach(device, to: test.uuid, side: .persistent) }
      try await test.hypervisor.start(test.uuid)
      let live = try await test.observe().live
      try await test.hypervisor.detach(disk, from: test.uuid, side: .persistent)
      try await test.hypervisor.detach(alias: "ua-entropy", from: test.uuid, side: .persistent)
      let after = try await test.observe()
      try expect(after.persistent == before.persistent, "the persistent side is not as it was before the attaches")
      try expect(after.live == live, "a persistent detach changed the live side")
    },
    Behaviour("a guest that does not answer keeps the device and its slot; the detach returns after 5 s") { test in
      try await test.defineAndStart()
      let disk = test.domain.disk(slot: test.domain.slot(0))
      try await test.hypervisor.attach(disk, to: test.uuid, side: .live)
      let before = try await test.observe()
      let duration = try await test.time { try await test.hypervisor.detach(disk, from: test.uuid, side: .live) }
      try expect(duration > .milliseconds(4900) && duration < .seconds(30), "it took \(duration)")
      try expect(try await test.observe() == before, "the domain changed")
      try await expectRefusal(.xmlError, what: "the slot of a pending unplug") {
        let other = test.domain.disk("vdc", alias: "ua-other", image: "other", slot: test.domain.slot(0))
        try await test.hypervisor.attach(other, to: test.uuid, side: .live)
      }
      try await test.hypervisor.destroy(test.uuid)
      try await test.hypervisor.start(test.uuid)
      try expect(try await !test.xml(.live).contains("ua-data"), "it is back after a cold boot")
    },
    Behaviour("a detach by alias does not wait for the guest") { test in
      try await test.defineAndStart()
      try await test.hypervisor.attach(test.domain.disk(slot: test.domain.slot(0)), to: test.uuid, side: .live)
      let before = try await test.observe()
      let duration = try await test.time {
        try await test.hypervisor.detach(alias: "ua-data", from: test.uuid, side: .live)
      }
      try expect(duration < .milliseconds(4900), "it took \(duration)")
      try expect(try await test.observe() == before, "the domain changed")
    },
    Behaviour("a guest that answers lets go of the device before the detach returns", needsGuest: true) { test in
      try await test.defineAndStart()
      let before = try await test.observe()
      let disk = test.domain.disk(slot: test.domain.slot(0))
      try await test.hypervisor.attach(disk, to: test.uuid, side: .live)
      let duration = try await test.time { try await test.hypervisor.detach(disk, from: test.uuid, side: .live) }
      try expect(duration < .milliseconds(4900), "it took \(duration)")
      try expect(try await test.observe().live == before.live, "the live side is not as it was before")
      try expect(
        try await test.events.sees(.deviceRemoved(alias: "ua-data"), of: test.uuid), "no event of the removal")
    },
  ]
}
