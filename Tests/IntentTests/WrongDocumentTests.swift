import Intent
import Testing
import Vocabulary

/// What is wrong is named with file, line, column and path, and with what was probably meant (design section 6).
@Suite struct WrongDocumentTests {
  struct Wrong: Sendable {
    let name: String
    let spec: String
    /// A word of the message.
    let says: String
    var path = ""
    var place = ""
    var remedy: String?
  }

  static let disk = "disk: {file: /a.qcow2, format: qcow2, bus: virtio, target: vda}"

  static let cases: [Wrong] = [
    // Wrong types
    Wrong(
      name: "a list for a word", spec: "power: [running]", says: "is a list", path: "spec.power", place: "web.yaml:5:10"
    ),
    Wrong(name: "a mapping for a word", spec: "power: {on: true}", says: "is a mapping", path: "spec.power"),
    Wrong(
      name: "a word for a list", spec: "devices: none", says: "wanted a list", path: "spec.devices",
      place: "web.yaml:5:12"),
    Wrong(name: "a word for a mapping", spec: "creation: q35", says: "wanted a mapping", path: "spec.creation"),
    Wrong(
      name: "a list for XML", spec: "devices:\n- id: a\n  xml: [1]", says: "wanted XML", path: "spec.devices[0].xml"),
    Wrong(name: "null", spec: "devices:", says: "is null", path: "spec.devices"),
    Wrong(name: "null in a list", spec: "removals: [~]", says: "is null", path: "spec.removals[0]"),
    Wrong(
      name: "YAML's other booleans", spec: "protected: yes", says: "'yes' is not true or false", path: "spec.protected"),
    Wrong(name: "a bare number for memory", spec: "memory: 512", says: "with its unit", path: "spec.memory"),
    Wrong(
      name: "a bare number for a time", spec: "shutdown: {deadline: 5}", says: "a duration",
      path: "spec.shutdown.deadline"),
    Wrong(name: "a word for a number", spec: "vcpus: two", says: "a number from 1", path: "spec.vcpus"),
    Wrong(name: "a sign", spec: "vcpus: +2", says: "a number from 1", path: "spec.vcpus"),
    Wrong(name: "a number out of range", spec: "vcpus: 0", says: "a number from 1 to 4096", path: "spec.vcpus"),
    Wrong(name: "a number that overflows", spec: "vcpus: 99999999999999999999", says: "a number", path: "spec.vcpus"),
    // Unknown keys and words
    Wrong(
      name: "an unknown key", spec: "devcies: []", says: "unknown key 'devcies'", path: "spec.devcies",
      place: "web.yaml:5:3", remedy: "did you mean 'devices'?"),
    Wrong(
      name: "an unknown word", spec: "power: runing", says: "'runing' is not one of", path: "spec.power",
      place: "web.yaml:5:10", remedy: "did you mean 'running'?"),
    Wrong(
      name: "an unknown key of a short form",
      spec: "devices:\n- id: a\n  disk: {flie: /a, format: raw, bus: virtio, target: vda}", says: "unknown key 'flie'",
      path: "spec.devices[0].disk.flie", place: "web.yaml:7:12", remedy: "did you mean 'file'?"),
    Wrong(
      name: "an unknown kind", spec: "devices:\n- id: a\n  dsik: {}", says: "unknown key 'dsik'",
      path: "spec.devices[0].dsik", remedy: "did you mean 'disk'?"),
    Wrong(
      name: "an unknown key far from all", spec: "zzzzzz: 1", says: "unknown key",
      remedy: "known keys: power, protected"),
    // Ids
    Wrong(
      name: "a doubled id", spec: "devices:\n- id: a\n  xml: <rng/>\n- id: a\n  xml: <rng/>",
      says: "two devices have the id 'a'", path: "spec.devices[1]", place: "web.yaml:8:5"),
    Wrong(
      name: "an upper-case id", spec: "devices:\n- {id: Root, xml: <rng/>}", says: "'Root' is not a device id",
      path: "spec.devices[0].id"),
    Wrong(name: "an id with a dot", spec: "devices:\n- {id: a.b, xml: <rng/>}", says: "not a device id"),
    Wrong(name: "an id that begins with a hyphen", spec: "devices:\n- {id: -a, xml: <rng/>}", says: "not a device id"),
    Wrong(
      name: "an id that is too long", spec: "devices:\n- {id: \(String(repeating: "a", count: 49)), xml: <rng/>}",
      says: "not a device id"),
    Wrong(name: "no id", spec: "devices:\n- xml: <rng/>", says: "lacks 'id'", path: "spec.devices[0]"),
    // One of
    Wrong(name: "no content", spec: "devices:\n- id: a", says: "exactly one of", path: "spec.devices[0]"),
    Wrong(name: "two contents", spec: "devices:\n- id: a\n  xml: <rng/>\n  \(disk)", says: "it has xml and disk"),
    Wrong(
      name: "no source", spec: "devices:\n- id: a\n  disk: {format: raw, bus: virtio, target: vda}",
      says: "exactly one of file, block"),
    Wrong(
      name: "two references", spec: "devices:\n- id: a\n  reference: {serial: 0, disk: vda}", says: "exactly one of"),
    Wrong(
      name: "no format", spec: "devices:\n- id: a\n  disk: {file: /a, bus: virtio, target: vda}",
      says: "lacks 'format'", path: "spec.devices[0].disk"),
    // Values
    Wrong(
      name: "a relative path", spec: "devices:\n- id: a\n  disk: {file: a.raw, format: raw, bus: virtio, target: vda}",
      says: "an absolute path"),
    Wrong(
      name: "a path with ..",
      spec: "devices:\n- id: a\n  disk: {file: /srv/../etc/shadow, format: raw, bus: virtio, target: vda}",
      says: "without '..'"),
    Wrong(
      name: "no disk's name", spec: "devices:\n- id: a\n  disk: {file: /a, format: raw, bus: virtio, target: disk1}",
      says: "a disk's name"),
    Wrong(
      name: "a short MAC", spec: "devices:\n- id: a\n  interface: {network: default, mac: 52:54:00:12:34}",
      says: "a MAC address"),
    Wrong(
      name: "a MAC with a sign", spec: "devices:\n- id: a\n  interface: {network: default, mac: '52:54:00:+1:34:56'}",
      says: "a MAC address"),
    Wrong(
      name: "a multicast MAC", spec: "devices:\n- id: a\n  interface: {network: default, mac: 53:54:00:12:34:56}",
      says: "unicast"),
    Wrong(name: "an empty network", spec: "devices:\n- id: a\n  interface: {network: ''}", says: "a name"),
    // Clashes within one document
    Wrong(
      name: "a target taken twice", spec: "devices:\n- id: a\n  \(disk)\n- id: b\n  \(disk)", says: "same target vda",
      path: "spec.devices[1]"),
    Wrong(
      name: "a target taken in XML too",
      spec: "devices:\n- id: a\n  \(disk)\n- id: b\n  xml: <disk><target dev='vda'/></disk>", says: "same target vda"),
    Wrong(
      name: "a MAC taken twice in two spellings",
      spec:
        "devices:\n- id: a\n  interface: {network: n, mac: 52:54:00:AA:bb:cc}\n- id: b\n  interface: {network: n, mac: 52:54:00:aa:BB:CC}",
      says: "same MAC"),
    Wrong(
      name: "a channel taken twice",
      spec:
        "devices:\n- {id: a, xml: <channel><target name='x'/></channel>}\n- {id: b, xml: <channel><target name='x'/></channel>}",
      says: "same channel name"),
    Wrong(
      name: "a boot order taken twice",
      spec:
        "devices:\n- {id: a, bootOrder: 1, interface: {network: n}}\n- {id: b, xml: <interface><boot order='1'/></interface>}",
      says: "same boot order 1"),
    Wrong(
      name: "an address taken twice",
      spec:
        "devices:\n- {id: a, xml: <rng/>, address: {type: pci, bus: 1, slot: 0}}\n- {id: b, xml: <rng/>, address: {type: pci, bus: 1, slot: 0}}",
      says: "same address"),
    Wrong(
      name: "a boot order for what cannot boot", spec: "devices:\n- {id: a, bootOrder: 1, xml: <rng/>}",
      says: "cannot be booted from", path: "spec.devices[0].bootOrder"),
    Wrong(
      name: "two boot orders",
      spec: "devices:\n- {id: a, bootOrder: 1, xml: <disk><boot order='2'/><target dev='vda'/></disk>}",
      says: "boot order 1, and its XML 2"),
    // was
    Wrong(
      name: "was an id that is still there", spec: "devices:\n- {id: a, was: b, xml: <rng/>}\n- {id: b, xml: <rng/>}",
      says: "also has a device 'b'", path: "spec.devices[0].was"),
    Wrong(name: "was itself", spec: "devices:\n- {id: a, was: a, xml: <rng/>}", says: "also has a device 'a'"),
    Wrong(
      name: "two heirs", spec: "devices:\n- {id: a, was: c, xml: <rng/>}\n- {id: b, was: c, xml: <rng/>}",
      says: "both were 'c'"),
    // Addresses
    Wrong(
      name: "a key of another address",
      spec: "devices:\n- {id: a, xml: <rng/>, address: {type: pci, bus: 1, slot: 0, unit: 1}}", says: "no 'unit'",
      path: "spec.devices[0].address.unit"),
    Wrong(
      name: "an address without its slot", spec: "devices:\n- {id: a, xml: <rng/>, address: {type: pci, bus: 1}}",
      says: "lacks 'slot'"),
    Wrong(
      name: "a PCI slot that does not exist",
      spec: "devices:\n- {id: a, xml: <rng/>, address: {type: pci, bus: 1, slot: 32}}", says: "at most 31"),
    Wrong(
      name: "two addresses",
      spec:
        "devices:\n- id: a\n  xml: <rng><address type='pci' bus='0x02' slot='0x00'/></rng>\n  address: {type: pci, bus: 1, slot: 0}",
      says: "and the XML says", path: "spec.devices[0].address"),
    // References state nothing
    Wrong(
      name: "a reference with a boot order", spec: "devices:\n- {id: a, reference: {disk: vda}, bootOrder: 1}",
      says: "is a reference and states 'bootOrder'"),
    Wrong(
      name: "a reference with an address",
      spec: "devices:\n- {id: a, reference: {disk: vda}, address: {type: pci, bus: 1, slot: 0}}",
      says: "states 'address'"),
    // XML
    Wrong(name: "no XML", spec: "devices:\n- {id: a, xml: rng}", says: "does not begin with '<'"),
    Wrong(
      name: "broken XML", spec: "devices:\n- {id: a, xml: <rng>}", says: "Premature end", path: "spec.devices[0].xml"),
    Wrong(name: "two elements", spec: "devices:\n- {id: a, xml: <rng/><rng/>}", says: "Extra content"),
    Wrong(
      name: "a DTD", spec: "devices:\n- {id: a, xml: '<!DOCTYPE rng [<!ENTITY a \"b\">]><rng>&a;</rng>'}",
      says: "DOCTYPE"),
    Wrong(name: "a domain for a device", spec: "devices:\n- {id: a, xml: <domain/>}", says: "no device of libvirt"),
    Wrong(
      name: "a slip in an element's name", spec: "devices:\n- {id: a, xml: <dsik/>}", says: "no device of libvirt",
      remedy: "did you mean <disk>?"),
    Wrong(
      name: "a device for a domain", spec: "creation: {xml: <disk/>}", says: "wanted a <domain>",
      path: "spec.creation.xml"),
    Wrong(
      name: "another id's alias", spec: "devices:\n- {id: a, xml: <rng><alias name='ua-b'/></rng>}",
      says: "alias 'ua-b'"),
    Wrong(
      name: "deep XML",
      spec: "devices:\n- {id: a, xml: \(String(repeating: "<a>", count: 70) + String(repeating: "</a>", count: 70))}",
      says: "64 deep"),
    // Creation
    Wrong(name: "creation without memory", spec: "creation: {vcpus: 2}", says: "lacks 'memory'", path: "spec.creation"),
    Wrong(
      name: "creation in XML and keys", spec: "creation: {xml: <domain/>, vcpus: 2}", says: "both 'xml' and 'vcpus'"),
    Wrong(
      name: "an initrd without a kernel", spec: "creation: {memory: 1 GiB, initrd: /i}", says: "no 'kernel'",
      path: "spec.creation.initrd"),
    Wrong(
      name: "a hotplug limit below the boot memory",
      spec: "creation: {memory: 2 GiB, hotplugMemory: {limit: 1 GiB, slots: 2}}", says: "includes the boot memory"),
    Wrong(
      name: "a model that follows", spec: "creation: {memory: 1 GiB, cpu: {model: EPYC, follow: host}}",
      says: "only host-model"),
    Wrong(
      name: "bios that follows", spec: "creation: {memory: 1 GiB, firmware: {type: bios, follow: host}}",
      says: "only efi"),
    Wrong(name: "too many root ports", spec: "creation: {memory: 1 GiB, rootPorts: 25}", says: "a number from 0 to 24"),
  ]

  @Test(arguments: cases.indices) func `is refused, with its place`(_ index: Int) throws {
    let wrong = WrongDocumentTests.cases[index]
    let faults = Documents.faults(Documents.yaml(wrong.spec))
    let fault = try #require(
      faults.first { $0.message.contains(wrong.says) }, "\(wrong.name): \(faults.map(\.message))")
    if !wrong.path.isEmpty { #expect(fault.path == wrong.path, "\(wrong.name)") }
    if !wrong.place.isEmpty { #expect(fault.place == wrong.place, "\(wrong.name)") }
    if let remedy = wrong.remedy {
      #expect(fault.remedy?.contains(remedy) == true, "\(wrong.name): \(fault.remedy ?? "none")")
    }
    #expect(fault.position != nil, "\(wrong.name)")
    #expect(fault.code == "invalid-document", "\(wrong.name)")
  }

  static let heads: [(String, String)] = [
    ("metadata: {name: ..}", "'..' is not a domain name"),
    ("metadata: {name: a/b}", "not a domain name"),
    ("metadata: {name: ''}", "not a domain name"),
    ("metadata: {name: \(String(repeating: "a", count: 64))}", "not a domain name"),
    ("metadata: {name: a, uuid: 1234}", "not a UUID"),
    ("metadata: {name: a, generation: 0}", "a number from 1"),
    ("metadata: {name: a, labels: [b]}", "wanted a mapping"),
    ("metadata: {name: a, labels: {b: [c]}}", "is a list"),
    ("metadata: {name: a, labels: {'b/c': d}}", "a name without '/'"),
    ("metadata: {}", "lacks 'name'"),
    ("metadata: {name: a}\nstatus: {}", "unknown key 'status'"),
  ]

  @Test(arguments: heads.indices) func `a head is refused`(_ index: Int) {
    let (head, says) = WrongDocumentTests.heads[index]
    let faults = Documents.faults("apiVersion: vmctl/v1\nkind: Domain\n\(head)\nspec: {}\n")
    #expect(faults.contains { $0.message.contains(says) }, "\(head): \(faults.map(\.message))")
  }

  @Test func `another kind of document is refused`() {
    #expect(
      Documents.faults("apiVersion: v1\nkind: Pod\n").contains { $0.message.contains("'v1' is not one of vmctl/v1") })
    #expect(Documents.faults("- a\n- b\n").first?.message.contains("is a list; wanted a mapping") == true)
    #expect(Documents.faults("just words").first?.message.contains("is a single value") == true)
  }

  @Test func `all faults are reported at once`() {
    let faults = Documents.faults(Documents.yaml("power: on\nvcpus: 0\ndevices:\n- {id: A, xml: <rng/>}"))
    #expect(faults.map(\.path) == ["spec.power", "spec.vcpus", "spec.devices[0].id"])
  }

  @Test func `two documents for one name or UUID are an error that says where both are (R1)`() throws {
    let one = Documents.yaml("")
    let faults = Documents.faults(Array((one + "---\n" + one).utf8))
    #expect(faults.count == 1)
    #expect(faults.first?.message.contains("two documents for one domain (one name): 'web-1' at web.yaml:1") == true)
    #expect(faults.first?.position?.line == 6)

    let uuid = "0b7c5d1e-3b4a-4c5d-8e6f-7a8b9c0d1e2f"
    func named(_ name: String) -> [UInt8] {
      Array("apiVersion: vmctl/v1\nkind: Domain\nmetadata: {name: \(name), uuid: \(uuid)}\nspec: {}\n".utf8)
    }
    let both = Documents.faults(named("a"), named("b"))
    #expect(both.first?.message.contains("(one uuid): 'a' at web.yaml:1 and 'b'") == true)
    #expect(both.first?.source == "other-1.yaml")
  }

  @Test func `a long or wild key is shortened in the message`() throws {
    let faults = Documents.faults(Documents.yaml("\"\\u001b[2J\(String(repeating: "x", count: 900))\": 1"))
    let message = try #require(faults.first?.message)
    #expect(message.utf8.count < 200)
    #expect(!message.utf8.contains(0x1b))
  }
}
