import DomainXML
import Intent
import Testing
import Vocabulary

/// YAML and JSON as input from anybody: hostile texts end fast, and scalars stay as they are written.
@Suite struct YAMLTests {
  // MARK: Scalars are read by the expected type, never by YAML's guess (T29)

  @Test func `an unquoted MAC stays a MAC`() throws {
    let device = try Documents.device("id: lan\ninterface: {network: default, mac: 52:54:00:12:34:56}")
    #expect(device.element?.value(at: "mac/@address") == "52:54:00:12:34:56")
  }

  @Test func `octal, on, off, no and dates stay text`() throws {
    let labels = try Documents.parse(
      """
      apiVersion: vmctl/v1
      kind: Domain
      metadata:
        name: web-1
        labels: {a: 0755, b: on, c: off, d: no, e: 2024-01-02, f: 1e3, g: 0x10, h: .inf, i: 12_000, j: yes}
      spec: {}
      """
    ).labels
    #expect(
      labels == [
        "a": "0755", "b": "on", "c": "off", "d": "no", "e": "2024-01-02", "f": "1e3", "g": "0x10", "h": ".inf",
        "i": "12_000", "j": "yes",
      ])
  }

  @Test func `a serial number keeps its zeros`() throws {
    let device = try Documents.device(
      "id: a\ndisk: {file: /a, format: raw, bus: virtio, target: vda, serial: 000123}")
    #expect(device.element?.value(at: "serial") == "000123")
  }

  @Test func `numbers reach libvirt in decimal`() throws {
    let device = try Documents.device("id: a\ninterface: {network: default, queues: 0x10, mtu: 01500}")
    #expect(device.element?.value(at: "driver/@queues") == "16")
    #expect(device.element?.value(at: "mtu/@size") == "1500")
  }

  @Test func `a quoted null is a text`() throws {
    let labels = try Documents.parse(
      "apiVersion: vmctl/v1\nkind: Domain\nmetadata: {name: a, labels: {b: 'null', c: \"~\", d: ''}}\nspec: {}"
    ).labels
    #expect(labels == ["b": "null", "c": "~", "d": ""])
  }

  // MARK: Bombs

  @Test func `anchors and aliases are refused with their place`() {
    for text in ["power: &a running", "labels: &a [x]", "removals: [&a b, *a]", "&k power: running"] {
      let faults = Documents.faults(Documents.yaml(text))
      #expect(faults.first?.message == "anchors and aliases are not read", "\(text)")
      #expect(faults.first?.position?.line == 5, "\(text)")
    }
    #expect(Documents.faults("a: *nope").first?.message.contains("undefined alias") == true)
  }

  /// Nine levels of nine aliases, as values and as keys: the parser must not compare what they stand for.
  static let laughs: [String] = {
    var values = "a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha]\n"
    var keys = "? &k0 [ha, ha, ha, ha, ha, ha, ha, ha, ha]\n: x\n"
    var flow = "{? &f0 [ha, ha]: x"
    for level in 1...30 {
      values += "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", "))]\n"
      keys += "? &k\(level) [\(Array(repeating: "*k\(level - 1)", count: 9).joined(separator: ", "))]\n: x\n"
      flow += ", [*f\(level - 1), *f\(level - 1), &f\(level) [*f\(level - 1), *f\(level - 1)]] : x"
    }
    let alias = values + "*a30 : x\n"
    return [values, keys, flow + "}", alias, "? [*a30]\n: x\n" + values, values + "? \n- *a30\n- *a30\n: x\n"]
  }()

  @Test(.timeLimit(.minutes(1)), arguments: laughs.indices)
  func `a billion laughs end at once`(_ index: Int) {
    #expect(Documents.faults(YAMLTests.laughs[index]).isEmpty == false)
  }

  @Test func `a text that only looks like anchors is read`() throws {
    let text = """
      creation:
        memory: 1 GiB
        kernel: /boot/k
        cmdline: 'a &b *c *d *e *f *g *h *i *j? {x}: y'
      """
    #expect(try Documents.spec(text.replacing("&b", with: "b")).creation != nil)
    let xml = try Documents.device(
      """
      id: a
      xml: |
        <rng><!-- * one * two * three * four * five * six -->
          <backend model='random'>/dev/a &amp; &lt;b&gt;</backend>
        </rng>
      """)
    #expect(xml.element?.value(at: "backend") == "/dev/a & <b>")
  }

  @Test func `deep nesting ends in a fault`() {
    for text in [
      String(repeating: "[", count: 100_000), String(repeating: "{a: ", count: 100_000),
      String(repeating: "- ", count: 100_000), String(repeating: "? ", count: 100_000),
      String(repeating: "[", count: 900) + String(repeating: "]", count: 900),
      String(repeating: "{a: ", count: 900) + "b" + String(repeating: "}", count: 900),
      String(repeating: "- ", count: 900) + "x", (0..<900).map { String(repeating: " ", count: $0) + "a:\n" }.joined(),
    ] {
      #expect(Documents.faults(text).first?.message.contains("more than 32 deep") == true)
    }
  }

  @Test func `the limits are named`() {
    let big = Documents.faults([UInt8](repeating: UInt8(ascii: "a"), count: 10 << 20))
    #expect(big.first?.message == "the document has 10485760 bytes; at most 1048576 are read")
    let many = String(repeating: "--- {}\n", count: 257)
    #expect(Documents.faults(many).contains { $0.message == "more than 256 documents" })
    let devices = (0..<513).map { "- {id: d\($0), xml: <rng/>}" }.joined(separator: "\n")
    #expect(Documents.faults(Documents.yaml("devices:\n" + devices)).first?.message.contains("more than 512") == true)
  }

  // MARK: Texts

  @Test func `what follows an error is not lost unseen`() {
    let faults = Documents.faults(Documents.yaml("power: running") + "---\na: [\n")
    #expect(faults.count == 1)
    #expect(faults.first?.position?.line ?? 0 >= 7)
    let duplicate = Documents.faults(Documents.yaml("power: running\npower: stopped"))
    #expect(duplicate.first?.message == "key given twice: power")
  }

  @Test func `a tab is refused with its place`() {
    let faults = Documents.faults("apiVersion: vmctl/v1\nkind: Domain\n\tmetadata: {name: a}\n")
    #expect(faults.first?.message.contains("found a tab character") == true)
    #expect(faults.first?.position?.line == 3)
  }

  @Test func `no document is an error`() {
    for text in ["", "   \n", "# nothing\n", "---\n", "---\n...\n", "~", "\u{feff}"] {
      #expect(Documents.faults(text).first?.message == "there is no document in it", "\(text.debugDescription)")
    }
  }

  @Test func `bytes that are no text are refused`() {
    let good = Array(Documents.yaml("").utf8)
    #expect(Documents.faults(good + [0]).first?.message == "the document contains a NUL byte")
    #expect(Documents.faults(good + [0xff]).first?.message == "the document is not UTF-8")
    #expect(Documents.faults(good + [0xc3, 0x28]).first?.message == "the document is not UTF-8")
    #expect(Documents.faults([0xff, 0xfe, 0x61, 0x00]).first?.message == "the document is not UTF-8")
    #expect(Documents.faults(good + Array("# \u{1}\n".utf8)).first?.message.contains("control characters") == true)
    #expect(Documents.faults("{\"apiVersion\": \"\\u0000\"}").isEmpty == false)
  }

  @Test func `a byte order mark and Windows line ends do not matter`() throws {
    let text = Documents.yaml("power: running\ndevices:\n- {id: a, xml: <rng/>}")
    let plain = try Documents.parse(text)
    let windows = try Documents.parse([0xef, 0xbb, 0xbf] + Array(text.replacing("\n", with: "\r\n").utf8))
    #expect(windows.canonicalDigest == plain.canonicalDigest)
    #expect(windows.devices?.first?.path == "spec.devices[0]")
  }

  @Test func `an error says nothing of the text around it (I8)`() {
    for text in ["a: \"hunter2\n", "hunter2: [", "k: 'hunter2", "hunter2: 1\nhunter2 x", "a: b: hunter2"] {
      for fault in Documents.faults(text) {
        #expect(!fault.message.contains("hunter2") && fault.remedy?.contains("hunter2") != true, "\(fault.message)")
      }
    }
  }

  // MARK: JSON

  @Test func `JSON with surrogate pairs is read`() throws {
    let json =
      #"{"apiVersion":"vmctl/v1","kind":"Domain","metadata":{"name":"a","labels":{"x":"\ud83d\ude00\u00e4\\u"}},"spec":{}}"#
    #expect(try Documents.parse(json).labels == ["x": "😀ä\\u"])
    #expect(Documents.faults(json.replacing("\\ude00", with: "")).isEmpty == false)
    #expect(Documents.faults(json.replacing("\\ud83d", with: "\\ud83d\\ud83d")).isEmpty == false)
  }

  @Test func `JSON may be indented with tabs and escape slashes`() throws {
    let json =
      "{\n\t\"apiVersion\": \"vmctl\\/v1\",\n\t\"kind\": \"Domain\",\n\t\"metadata\": {\"name\": \"a\"},\n\t\"spec\": {}\n}"
    #expect(try Documents.parse(json).name.text == "a")
  }
}
