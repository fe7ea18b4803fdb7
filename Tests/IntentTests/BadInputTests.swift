import Intent
import Testing
import Vocabulary

/// Bad documents: each gets one clear error with its place, and nothing of it is used.
@Suite struct BadInputTests {
  static func document(_ spec: String, name: String = "web-1") -> String {
    "apiVersion: vmctl/v1\nkind: Domain\nmetadata: {name: \(name)}\nspec:\n\(spec)\n"
  }

  static let disk = "{file: /a.img, format: raw, bus: virtio, target: vda}"

  static let cases: [(what: String, text: String, says: String)] = [
    ("a wrong type", document("  devices: 5"), "wanted a list"),
    ("an unknown key", document("  powr: running"), "unknown key 'powr'"),
    ("an unknown word", document("  power: runing"), "'runing' is not one of"),
    ("two like ids", document("  devices: [{id: a, disk: \(disk)}, {id: a, interface: {network: n}}]"), "the id 'a'"),
    ("a bad id", document("  devices: [{id: Data_1, disk: \(disk)}]"), "'Data_1' is not a device id"),
    ("a target twice", document("  devices: [{id: a, disk: \(disk)}, {id: b, disk: \(disk)}]"), "same target vda"),
    ("a domain name of dots", document("  power: running", name: "'..'"), "'..' is not a domain name"),
    (
      "a relative path", document("  devices: [{id: a, disk: {file: a.img, format: raw, bus: virtio, target: vda}}]"),
      "absolute path"
    ),
    (
      "a climbing path", document("  devices: [{id: a, disk: {file: /a/../b, format: raw, bus: virtio, target: vda}}]"),
      "absolute path"
    ),
    ("no format", document("  devices: [{id: a, disk: {file: /a, bus: virtio, target: vda}}]"), "lacks 'format'"),
    (
      "neither file nor block", document("  devices: [{id: a, disk: {format: raw, bus: virtio, target: vda}}]"),
      "exactly one of file, block"
    ),
    ("two contents", document("  devices: [{id: a, disk: \(disk), xml: <rng/>}]"), "exactly one of"),
    ("a multicast MAC", document("  devices: [{id: a, interface: {network: n, mac: '53:54:00:00:00:01'}}]"), "unicast"),
    ("broken XML", document("  devices: [{id: a, xml: <rng>}]"), "line 1 of the XML"),
    (
      "a billion laughs in XML",
      document("  devices: [{id: a, xml: \"<!DOCTYPE a [<!ENTITY b 'c'>]><rng>&b;</rng>\"}]"), "DOCTYPE"
    ),
    ("a YAML anchor", document("  labels: &a x"), "anchors and aliases"),
    ("a key twice", document("  power: running\n  power: stopped"), "power"),
    ("null", document("  power: null"), "null"),
    ("memory without a unit", document("  memory: 512"), "with its unit"),
    ("no document", "# nothing\n", "no document"),
    ("not YAML", "a: [b", "web.yaml:2:1"),
  ]

  @Test(arguments: cases.indices) func `is refused with its place`(_ index: Int) throws {
    let (what, text, says) = Self.cases[index]
    let faults = #expect(throws: IntentFaults.self, "\(what)") {
      try IntentParser.parse([.init(name: "web.yaml", bytes: Array(text.utf8))])
    }
    let all = faults?.faults ?? []
    #expect(all.contains { "\($0.place): \($0.message) \($0.remedy ?? "")".contains(says) }, "\(what): \(all)")
    #expect(all.allSatisfy { $0.source == "web.yaml" })
    #expect(all.allSatisfy { $0.problem.code == "invalid-document" })
  }

  @Test func `a near key is suggested, with line and column`() throws {
    let faults = #expect(throws: IntentFaults.self) {
      try IntentParser.parse([.init(name: "w.yaml", bytes: Array(Self.document("  powr: running").utf8))])
    }
    #expect(faults?.faults.first?.place == "w.yaml:5:3")
    #expect(faults?.faults.first?.remedy == "did you mean 'power'?")
  }

  @Test func `10 MB are refused before they are parsed`() {
    let bytes = [UInt8](repeating: UInt8(ascii: "a"), count: 10 << 20)
    #expect(throws: IntentFaults.self) { try IntentParser.parse([.init(name: "big", bytes: bytes)]) }
  }

  @Test(arguments: [
    "  devices: [{id: a, xml: \"<graphics type='vnc' passwd='hunter2'/>\"}]",
    "  creation: {xml: \"<domain><devices><graphics type='vnc' passwd='hunter2'/></devices></domain>\"}",
    "  password: hunter2",
    "  devices: [{id: a, disk: {file: /a, format: raw, bus: virtio, target: vda, password: hunter2}}]",
  ])
  func `I8: a document with a password in it is refused, and the password is not repeated`(_ spec: String) {
    let faults = #expect(throws: IntentFaults.self) {
      try IntentParser.parse([.init(name: "w.yaml", bytes: Array(Self.document(spec).utf8))])
    }
    let all = faults?.faults ?? []
    #expect(all.contains { $0.code == "secret-in-document" })
    #expect(!all.contains { "\($0)".contains("hunter2") })
  }
}
