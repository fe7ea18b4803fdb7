import DomainXML
import Libvirt
import Vocabulary

/// A definition as libvirt keeps it: what was asked for and what libvirt fills in (libvirt.md section 8).
struct FakeDefinition {
  let name: String
  let uuid: DomainUUID
  let text: XMLText

  private static let function = "virDomainDefineXMLFlags"

  /// Reads what a user wrote.
  init(_ input: XMLText, machines: [String: String]) throws(LibvirtError) {
    let root = try FakeDefinition.parse(input, FakeDefinition.function).root
    guard root.named("domain") else { throw .xml("unexpected root element <\(root.name)>", FakeDefinition.function) }
    try FakeDefinition.checkSchema(root)
    name = root.child("name")?.trimmedText ?? ""
    var generator = SystemRandomNumberGenerator()
    uuid =
      root.child("uuid").flatMap { DomainUUID($0.trimmedText) }
      ?? DomainUUID(high: generator.next(), low: generator.next())
    var machine = root.value(at: "os/type/@machine") ?? "pc"
    machine = machines[machine] ?? machine
    let devices = try FakeDevices.complete(root, machine: machine, FakeDefinition.function)
    var writer = XMLWriter()
    writer.begin("domain")
    for (name, value) in root.attributes where name != "id" { writer.attribute(name, value) }
    for kind in LibvirtStyle.domain {
      let given = root.children.filter { $0.name == kind }
      if kind == "devices" {
        writer.begin("devices")
        for device in devices { LibvirtStyle.write(device.root, to: &writer) }
        writer.end()
      } else if let element = given.first {
        FakeDefinition.write(element, of: root, machine: machine, to: &writer)
      } else {
        FakeDefinition.writeDefault(kind, of: root, uuid: uuid, to: &writer)
      }
    }
    for foreign in root.children where foreign.name.contains(":") { writer.raw(foreign.source) }
    writer.end()
    text = XMLText(writer.finish().bytes + [UInt8(ascii: "\n")])
  }

  static func parse(_ text: XMLText, _ function: String) throws(LibvirtError) -> DomainDocument {
    do throws(XMLFault) {
      return try ParsedTexts.document(text)
    } catch {
      throw LibvirtError(
        code: .xmlDetail, domain: LibvirtError.Domain(rawValue: 5), message: error.message, function: function)
    }
  }

  private static func checkSchema(_ root: Element) throws(LibvirtError) {
    let unknown =
      root.children.first { !LibvirtStyle.domain.contains($0.name) && !$0.name.contains(":") }
      ?? root.child("devices")?.children.first { !LibvirtStyle.devices.contains($0.name) }
    guard let unknown else { return }
    throw LibvirtError(
      code: .xmlInvalidSchema, domain: LibvirtError.Domain(rawValue: 5),
      message: "XML document failed to validate against schema: Did not expect element \(unknown.name) there",
      function: function)
  }

  private static func write(_ element: Element, of root: Element, machine: String, to writer: inout XMLWriter) {
    switch element.name {
    case "memory", "currentMemory", "maxMemory":
      writer.begin(element.name)
      for (name, value) in element.attributes where name != "unit" { writer.attribute(name, value) }
      writer.attribute("unit", "KiB")
      writer.content(String(kibibytes(element)))
      writer.end()
    case "vcpu":
      writer.begin("vcpu")
      writer.attribute("placement", element["placement"] ?? "static")
      for (name, value) in element.attributes where name != "placement" { writer.attribute(name, value) }
      writer.content(element.trimmedText)
      writer.end()
    case "os": writeBoot(element, of: root, machine: machine, to: &writer)
    case "metadata": writer.raw(FakeMetadata.printed(element))
    default: LibvirtStyle.write(element, to: &writer)
    }
  }

  private static func writeBoot(_ os: Element, of root: Element, machine: String, to writer: inout XMLWriter) {
    writer.begin("os")
    for (name, value) in os.attributes { writer.attribute(name, value) }
    for child in os.children {
      guard child.named("type") else {
        LibvirtStyle.write(child, to: &writer)
        continue
      }
      writer.element("type", ["arch": child["arch"] ?? "x86_64", "machine": machine], text: child.trimmedText)
    }
    let ordered = root.child("devices")?.children.contains { $0.child("boot") != nil } ?? false
    if os.child("boot") == nil, !ordered { writer.element("boot", ["dev": "hd"]) }
    writer.end()
  }

  private static func writeDefault(_ kind: String, of root: Element, uuid: DomainUUID, to writer: inout XMLWriter) {
    switch kind {
    case "uuid": writer.element("uuid", text: uuid.description)
    case "currentMemory":
      guard let memory = root.child("memory") else { return }
      writer.element("currentMemory", ["unit": "KiB"], text: String(kibibytes(memory)))
    case "vcpu": writer.element("vcpu", ["placement": "static"], text: "1")
    case "cpu":
      writer.element("cpu", ["mode": "custom", "match": "exact", "check": "none"]) { cpu in
        cpu.element("model", ["fallback": "forbid"], text: "qemu64")
      }
    case "clock": writer.element("clock", ["offset": "utc"])
    case "on_poweroff", "on_crash": writer.element(kind, text: "destroy")
    case "on_reboot": writer.element(kind, text: "restart")
    default: return
    }
  }

  private static func kibibytes(_ element: Element) -> UInt64 {
    let number = parseNumber(element.trimmedText) ?? 0
    switch element["unit"] {
    case "b", "bytes": return number / 1024
    case "M", "MiB": return number << 10
    case "G", "GiB": return number << 20
    case "T", "TiB": return number << 30
    default: return number
    }
  }
}
