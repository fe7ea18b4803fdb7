import Libvirt
import Vocabulary

extension HypervisorContract {
  static let definition = [
    Behaviour("a definition reads back the same, byte for byte, however often") { test in
      try await test.define()
      let first = try await test.observe()
      try expect(first.name == test.domain.name && first.isPersistent && first.live == nil, "not as defined: \(first)")
      try expect(first.state == .shutOff && first.id == nil && !first.hasManagedSave, "not shut off: \(first)")
      try expect(first.persistent != nil, "no persistent XML")
      for _ in 0..<3 { try expect(try await test.observe() == first, "another reading differs") }
      let byName = try await test.hypervisor.observe(.name(test.domain.name))
      try expect(byName == first, "by name it is another one")
    },
    Behaviour("a machine alias becomes the versioned machine, and stays it") { test in
      try await test.define()
      let prefix = test.subject.machine == .q35 ? "machine='pc-q35-" : "machine='pc-i440fx-"
      try expect(try await test.xml(.persistent).contains(prefix), "no versioned machine")
      try await test.hypervisor.start(test.uuid)
      try expect(try await test.xml(.live).contains(prefix), "no versioned machine on the live side")
    },
    Behaviour("an unknown domain is nil to look at and code 42 to act on") { test in
      try expect(try await test.hypervisor.observe(.uuid(test.uuid)) == nil, "it is observed")
      try expect(try await test.hypervisor.observe(.name(test.domain.name)) == nil, "it is observed by name")
      let device = test.domain.rng()
      try await expectRefusal(.noDomain, what: "start") { try await test.hypervisor.start(test.uuid) }
      try await expectRefusal(.noDomain, what: "destroy") { try await test.hypervisor.destroy(test.uuid) }
      try await expectRefusal(.noDomain, what: "undefine") { try await test.hypervisor.undefine(test.uuid, []) }
      for side in Side.allCases {
        try await expectRefusal(.noDomain, what: "attach") {
          try await test.hypervisor.attach(device, to: test.uuid, side: side)
        }
        try await expectRefusal(.noDomain, what: "detach") {
          try await test.hypervisor.detach(device, from: test.uuid, side: side)
        }
        try await expectRefusal(.noDomain, what: "metadata") {
          _ = try await test.hypervisor.metadata(uri: "urn:none", of: test.uuid, side: side)
        }
      }
      try await expectRefusal(.noDomain, what: "job") { _ = try await test.hypervisor.job(of: test.uuid) }
      try await expectRefusal(.noDomain, what: "control") { _ = try await test.hypervisor.control(of: test.uuid) }
    },
    Behaviour("a taken name or UUID is code 9") { test in
      try await test.define()
      let before = try await test.observe()
      let other = DomainUUID(high: test.uuid.high, low: test.uuid.low &+ 1)
      try await expectRefusal(.operationFailed, what: "name") {
        _ = try await test.hypervisor.create(test.domain.definition(uuid: other))
      }
      try await expectRefusal(.operationFailed, what: "uuid") {
        _ = try await test.hypervisor.create(test.domain.definition(name: test.domain.name + "-other"))
      }
      try expect(try await test.observe() == before, "the refused definition left something")
    },
    Behaviour("an element that the schema does not know is refused, and so is what is not XML") { test in
      try await expectRefusal(.xmlInvalidSchema, what: "unknown element") {
        _ = try await test.hypervisor.create(test.domain.definition(devices: "    <gadget type='new'/>\n"))
      }
      try await expectRefusal(.xmlDetail, .xmlError, what: "no XML") {
        _ = try await test.hypervisor.create(XMLText("<domain type='qemu'>"))
      }
      try expect(try await test.hypervisor.observe(.uuid(test.uuid)) == nil, "it was defined")
    },
    Behaviour("the list has the domain with its state") { test in
      func listed() async throws -> DomainSummary? {
        try await test.hypervisor.domains().first { $0.uuid == test.uuid }
      }
      try expect(try await listed() == nil, "it is listed before it is there")
      try await test.define()
      var wanted = DomainSummary(
        uuid: test.uuid, name: test.domain.name, state: .shutOff, isPersistent: true)
      try expect(try await listed() == wanted, "not listed as defined")
      try await test.hypervisor.start(test.uuid)
      try await test.hypervisor.undefine(test.uuid, [])
      wanted = DomainSummary(uuid: test.uuid, name: test.domain.name, state: .running, isPersistent: false)
      let found = try await listed()
      try expect(found == wanted, "listed as \(found as Any)")
    },
    Behaviour("many are observed as each is by itself, without those that are not there") { test in
      try await test.define()
      let nobody = DomainUUID(high: test.uuid.high, low: test.uuid.low &+ 1)
      for step in [test.hypervisor.start, { try await test.hypervisor.undefine($0, []) }, test.hypervisor.destroy] {
        let single = try await test.hypervisor.observe(.uuid(test.uuid))
        let many = try await test.hypervisor.observe([nobody, test.uuid])
        try expect(many == [single].compactMap { $0 } && many.count == 1, "many: \(many)")
        try await step(test.uuid)
      }
      try expect(try await test.hypervisor.observe([test.uuid, nobody]).isEmpty, "it is observed after its end")
    },
    Behaviour("the command line of a definition names its machine") { test in
      try await test.define()
      guard let persistent = try await test.observe().persistent else { throw ContractViolation("no persistent XML") }
      let line = try await test.hypervisor.nativeCommandLine(for: persistent).shown
      try expect(line.contains("-machine pc-") && line.contains(test.domain.name), "it is: \(line)")
    },
    Behaviour("the host knows itself") { test in
      let host = try await test.hypervisor.host()
      let capabilities = try await test.hypervisor.capabilities().shown
      try expect(capabilities.contains("<uuid>\(host.uuid)</uuid>"), "another host UUID in the capabilities")
      try expect(host.libvirtVersion >= Version(9, 0), "libvirt \(host.libvirtVersion)")
      let query = DomainCapabilitiesQuery(machine: test.subject.machine.rawValue, virtType: "qemu")
      let answer = try await test.hypervisor.domainCapabilities(query).shown
      try expect(answer.contains("<machine>pc-"), "no versioned machine in the domain capabilities")
      let networks = try await test.hypervisor.networks()
      try expect(
        networks.contains(NetworkSummary(name: test.subject.network, isActive: true)), "networks: \(networks)")
    },
  ]
}
