import Libvirt
import Vocabulary

extension HypervisorContract {
  static let power = [
    Behaviour("a started domain has a live side, an id and its persistent side unchanged") { test in
      try await test.define()
      let before = try await test.observe()
      try await test.hypervisor.start(test.uuid)
      let after = try await test.observe()
      try expect(after.state == .running && after.id != nil && after.stopReason == nil, "not running: \(after.state)")
      try expect(after.live != nil && after.live != after.persistent, "no live side of its own")
      try expect(after.persistent == before.persistent, "starting changed the persistent side")
    },
    Behaviour("starting a running domain and stopping a stopped one are code 55") { test in
      try await test.define()
      try await expectRefusal(.operationInvalid, what: "destroy") { try await test.hypervisor.destroy(test.uuid) }
      try await expectRefusal(.operationInvalid, what: "shutdown") { try await test.hypervisor.shutdown(test.uuid) }
      try await test.hypervisor.start(test.uuid)
      try await expectRefusal(.operationInvalid, what: "start") { try await test.hypervisor.start(test.uuid) }
    },
    Behaviour("a destroyed domain is shut off because it was destroyed, and starts anew under another id") { test in
      try await test.defineAndStart()
      let first = try await test.observe()
      try await test.hypervisor.destroy(test.uuid)
      let stopped = try await test.observe()
      try expect(stopped.state == .shutOff && stopped.stopReason == .destroyed, "stopped: \(stopped.stopReason as Any)")
      try expect(stopped.live == nil && stopped.persistent == first.persistent, "sides after destroy")
      try await test.hypervisor.start(test.uuid)
      try expect(try await test.observe().id != first.id, "the same id again")
    },
    Behaviour("undefining a running domain leaves a transient one without a persistent side") { test in
      try await test.defineAndStart()
      try await test.hypervisor.undefine(test.uuid, [])
      let transient = try await test.observe()
      try expect(!transient.isPersistent && transient.persistent == nil, "it has a persistent side")
      try expect(transient.state == .running && transient.live != nil, "not running")
      try await expectRefusal(.operationInvalid, what: "persistent attach to a transient domain") {
        try await test.hypervisor.attach(test.domain.rng(), to: test.uuid, side: .persistent)
      }
      try await test.hypervisor.destroy(test.uuid)
      try expect(try await test.hypervisor.observe(.uuid(test.uuid)) == nil, "a transient domain outlived its run")
    },
    Behaviour("an undefined domain is gone") { test in
      try await test.define()
      try await test.hypervisor.undefine(test.uuid, [])
      try expect(try await test.hypervisor.observe(.uuid(test.uuid)) == nil, "it is still there")
    },
    Behaviour("a domain at rest has no job and a free channel, running or not") { test in
      try await test.define()
      for _ in 0..<2 {
        try expect(try await test.hypervisor.job(of: test.uuid) == .none, "there is a job")
        try expect(try await test.hypervisor.control(of: test.uuid) == .ok, "the channel is not free")
        if try await test.observe().state == .shutOff { try await test.hypervisor.start(test.uuid) }
      }
    },
    Behaviour("a guest that is asked to shut down does, and that is the reason given", needsGuest: true) { test in
      try await test.defineAndStart()
      try await test.hypervisor.shutdown(test.uuid)
      try expect(
        try await test.events.sees(.lifecycle(.stoppedShutdown), of: test.uuid), "it did not stop")
      let stopped = try await test.observe()
      try expect(stopped.state == .shutOff && stopped.stopReason == .shutdown, "stopped: \(stopped.stopReason as Any)")
    },
  ]
}
