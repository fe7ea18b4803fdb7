import Libvirt
import Vocabulary

extension HypervisorContract {
  static let updates = [
    Behaviour("an update of the link state changes it on the side it names, and nothing else") { test in
      try await test.define()
      let up = test.domain.interface(slot: test.domain.slot(0))
      try await test.hypervisor.attach(up, to: test.uuid, side: .persistent)
      try await test.hypervisor.start(test.uuid)
      let before = try await test.observe()
      let down = test.domain.interface(link: "down", slot: test.domain.slot(0))
      try await test.hypervisor.update(down, of: test.uuid, side: .live, force: false)
      let between = try await test.observe()
      try expect(between.live?.shown.contains("<link state='down'/>") == true, "the live link is not down")
      try expect(between.persistent == before.persistent, "a live update changed the persistent side")
      try await test.hypervisor.update(down, of: test.uuid, side: .persistent, force: false)
      let after = try await test.observe()
      try expect(after.live == between.live, "a persistent update changed the live side")
      let wanted = before.persistent?.shown.replacing("<link state='up'/>", with: "<link state='down'/>")
      try expect(after.persistent?.shown == wanted, "more than the link changed")
    },
    Behaviour("a live update of what cannot change is refused and changes nothing") { test in
      try await test.define()
      let virtio = test.domain.interface(slot: test.domain.slot(0))
      try await test.hypervisor.attach(virtio, to: test.uuid, side: .persistent)
      try await test.hypervisor.start(test.uuid)
      let before = try await test.observe()
      let other = XMLText(virtio.shown.replacing("'virtio'", with: "'e1000'"))
      try await expectRefusal(.operationUnsupported, .operationDenied, what: "model") {
        try await test.hypervisor.update(other, of: test.uuid, side: .live, force: false)
      }
      try expect(try await test.observe() == before, "the refused update left something")
    },
    Behaviour("updating what is not there is refused") { test in
      try await test.defineAndStart()
      for side in Side.allCases {
        try await expectRefusal(.deviceMissing, what: "interface, \(side)") {
          try await test.hypervisor.update(
            test.domain.interface(slot: test.domain.slot(0)), of: test.uuid, side: side, force: false)
        }
        try await expectRefusal(side == .live ? .internalError : .invalidArgument, what: "disk, \(side)") {
          try await test.hypervisor.update(
            test.domain.disk(slot: test.domain.slot(0)), of: test.uuid, side: side, force: false)
        }
      }
    },
  ]
}
