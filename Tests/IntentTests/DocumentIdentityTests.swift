import Intent
import Testing
import Vocabulary

/// R16: equal content is the same generation, however it is written.
@Suite struct DocumentIdentityTests {
  static let yaml = """
    # a comment
    apiVersion: vmctl/v1
    kind: Domain
    metadata:
      name: web-1
      labels:
        tier: "web"
    spec:
      power: running
      vcpus: 2
      devices:
      - id: lan
        interface: {network: default, mac: 52:54:00:12:34:56}
      removals: []
    """
  static let json = """
    {"kind":"Domain","apiVersion":"vmctl/v1","spec":{"vcpus":2,"power":"running","removals":[],
    "devices":[{"interface":{"mac":"52:54:00:12:34:56","network":"default"},"id":"lan"}]},
    "metadata":{"labels":{"tier":"web"},"name":"web-1"}}
    """

  @Test func `YAML and JSON of one content are one`() throws {
    #expect(try Documents.parse(Self.yaml).canonicalDigest == Documents.parse(Self.json).canonicalDigest)
  }

  @Test func `any change of content is another`() throws {
    let digest = try Documents.parse(Self.yaml).canonicalDigest
    for (from, to) in [
      ("running", "stopped"), ("vcpus: 2", "vcpus: 3"), ("removals: []", "removals: [a]"), ("web\"", "db\""),
    ] {
      #expect(try Documents.parse(Self.yaml.replacing(from, with: to)).canonicalDigest != digest, "\(to)")
    }
    let swapped = Documents.yaml("removals: [a, b]")
    #expect(
      try Documents.parse(swapped).canonicalDigest
        != Documents.parse(swapped.replacing("[a, b]", with: "[b, a]")).canonicalDigest)
  }

  @Test func `each of several documents is kept by its own content`() throws {
    let bytes = Array((Self.yaml + "\n---\n" + Documents.yaml("protected: true", name: "db")).utf8)
    let documents = try IntentParser.parse([.init(name: "all.yaml", bytes: bytes)])
    #expect(documents.map(\.name.text) == ["web-1", "db"])
    for document in documents {
      let again = try Documents.parse(document.text)
      #expect(again.canonicalDigest == document.canonicalDigest)
      #expect(again.name == document.name)
      #expect(again.isProtected == document.isProtected)
    }
    // Alone, the text itself is kept, comments and all.
    #expect(try Documents.parse(Self.yaml).text == Array(Self.yaml.utf8))
  }

  @Test func `a device's digest follows its content and boot order, not its neighbours`() throws {
    let disk = "id: a\ndisk: {file: /a, format: raw, bus: virtio, target: vda}"
    let digest = try Documents.device(disk).contentDigest
    #expect(digest != nil)
    #expect(
      try Documents.device(disk + "\nprotected: true\nreplace: allowed\nunplug: {deadline: 1s}").contentDigest == digest
    )
    #expect(try Documents.device(disk.replacing("/a,", with: "/b,")).contentDigest != digest)
    #expect(try Documents.device(disk + "\nbootOrder: 1").contentDigest != digest)
    let xml =
      "id: a\nxml: <disk type='file'><source file='/a'/><driver type='raw'/><target bus='virtio' dev='vda'/></disk>"
    let spaced =
      "id: a\nxml: \"<disk type='file'>\\n <source file='/a'/><driver type='raw'/> <target dev='vda' bus='virtio'/></disk>\""
    #expect(try Documents.device(xml).contentDigest == Documents.device(spaced).contentDigest)
  }
}
