import DomainXML
import Intent
import Testing
import Vocabulary

/// Scalars are read by the type that is expected, never by YAML's guess (T29); layout is no content (R16).
@Suite struct ScalarTests {
  private func parse(_ text: String) throws -> IntentDocument {
    try #require(try IntentParser.parse([.init(name: "w", bytes: Array(text.utf8))]).first)
  }

  private static let head = "apiVersion: vmctl/v1\nkind: Domain\nmetadata: {name: '0755', labels: {on: off, n: 0x10}}\n"

  @Test func `an unquoted MAC stays a MAC, and words that YAML would change stay words`() throws {
    let document = try parse(
      Self.head + "spec:\n  devices:\n  - {id: no, interface: {network: on, mac: 52:54:00:12:34:56}}\n")
    let device = try #require(document.devices?.first)
    #expect(device.id.text == "no")
    #expect(device.element?.value(at: "mac/@address") == "52:54:00:12:34:56")
    #expect(device.element?.value(at: "source/@network") == "on")
    #expect(document.name.text == "0755")
    #expect(document.labels == ["on": "off", "n": "0x10"])
  }

  @Test func `YAML and JSON of one content have one digest, whatever the layout`() throws {
    let yaml = try parse(Self.head + "spec: {power: running, devices: []} # why\n")
    let json = try parse(
      #"{"kind":"Domain","apiVersion":"vmctl/v1","metadata":{"labels":{"n":"0x10","on":"off"},"name":"0755"},"#
        + #""spec":{"devices":[],"power":"running"}}"#)
    #expect(yaml.canonicalDigest == json.canonicalDigest)
    let other = try parse(Self.head + "spec: {power: stopped, devices: []}\n")
    #expect(yaml.canonicalDigest != other.canonicalDigest)
  }

  @Test func `R1: absent devices are no opinion, an empty list is one`() throws {
    #expect(try parse(Self.head + "spec: {power: running}\n").devices == nil)
    #expect(try parse(Self.head + "spec: {devices: []}\n").devices?.isEmpty == true)
  }

  @Test func `a surrogate pair of JSON is one character`() throws {
    let document = try parse(
      #"{"apiVersion":"vmctl/v1","kind":"Domain","metadata":{"name":"a","labels":{"x":"\ud83d\ude00"}},"spec":{}}"#)
    #expect(document.labels["x"] == "😀")
  }

  @Test func `a short form and its XML are one device`() throws {
    let spec =
      "spec:\n  devices:\n  - {id: a, disk: {file: /a.img, format: qcow2, bus: virtio, target: vda}}\n"
      + "  - {id: b, xml: \"<disk type='file'><driver type='qcow2'/><source file='/a.img'/>"
      + "<target dev='vdb' bus='virtio'/></disk>\"}\n"
    let devices = try #require(try parse(Self.head + spec).devices)
    #expect(devices[0].element?.value(at: "@type") == "file")
    #expect(devices[0].element?.value(at: "driver/@type") == "qcow2")
    #expect(devices.map { $0.element?.value(at: "source/@file") } == ["/a.img", "/a.img"])
    #expect(devices.allSatisfy { $0.kind.name == "disk" })
  }
}
