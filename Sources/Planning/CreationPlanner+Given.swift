import DomainXML
import Intent
import Vocabulary

/// A definition of the user's own: name and UUID are put in or checked, what floats is resolved, the rest is kept
/// (R10, R12).
extension CreationPlanner {
  mutating func given(_ document: DomainDocument) -> DomainDocument? {
    let root = document.root
    checkIdentity(root)
    if root.child("os")?.child("boot") != nil {
      refuse(
        "os-boot", path: "spec.creation.xml", found: "<os><boot/></os>",
        reason: "libvirt then refuses every boot order of a device for ever",
        wouldTake: "leave <boot> out of <os> and give devices a boot order")
    }
    if root.child("metadata")?.children.contains(where: { $0.namespaceURI == ManagedState.namespace }) ?? false {
      refuse(
        "foreign-metadata", path: "spec.creation.xml", reason: "the XML carries vmctl's own metadata element",
        wouldTake: "leave it out")
    }
    checkFiles(document)
    guard plan.refused.isEmpty else { return nil }
    var edit = Edit(document)
    if root.child("name") == nil {
      edit.append(XMLText("<name>\(XMLWriter.escape(input.wanted.name.text))</name>"), to: root)
    }
    if root.child("uuid") == nil { edit.append(XMLText("<uuid>\(input.uuid)</uuid>"), to: root) }
    if root.child("devices") == nil { edit.append(XMLText("<devices/>"), to: root) }
    guard resolve(root, &edit) else { return nil }
    do throws(XMLFault) {
      return try edit.apply()
    } catch {
      refuse("invalid-document", path: "spec.creation.xml", reason: error.message)
      return nil
    }
  }

  private mutating func checkIdentity(_ root: Element) {
    if let name = root.child("name")?.trimmedText, name != input.wanted.name.text {
      refuse(
        "name-mismatch", path: "spec.creation.xml", wanted: input.wanted.name.text, found: name,
        reason: "the XML names another domain than the document")
    }
    if let text = root.child("uuid")?.trimmedText, DomainUUID(text) != input.uuid {
      refuse(
        "uuid-clash", path: "spec.creation.xml", wanted: input.uuid.description, found: text,
        reason: "the XML has another UUID than the document", wouldTake: "state it as metadata.uuid")
    }
  }

  private mutating func checkFiles(_ document: DomainDocument) {
    for field in CreationIntent.systemFiles {
      guard let path = document.root.value(at: field), let fact = input.host.files[path] else { continue }
      plan.refused += Preflight.file(path, fact, target: .domain, at: "spec.creation.xml: \(field)")
    }
    guard let definition = try? DomainDefinition(document) else { return }
    for device in definition.devices {
      plan.refused += Preflight.refusals(
        of: device.element, device.kind, target: .domain, path: "spec.creation.xml: \(device.kind.name)", input.host)
    }
  }

  /// Machine, CPU and firmware; `false` where one cannot be resolved, which is then refused.
  private mutating func resolve(_ root: Element, _ edit: inout Edit) -> Bool {
    let os = root.child("os")
    if let type = os?.child("type") {
      guard let machine = resolveMachine(type["machine"] ?? "pc") else { return false }
      edit.set("machine", to: machine, on: type)
      if let os, os["firmware"] != nil { resolveFirmware(os, machine, &edit) }
    }
    guard let cpu = root.child("cpu") else { return plan.refused.isEmpty }
    switch cpu["mode"] {
    case "host-model":
      if case .custom(let model) = resolveCPU("host-model", followHost: false) {
        let check = root["type"] == "kvm" ? "partial" : "none"
        edit.replace(cpu, with: DefinitionComposer.cpu(model, check: check, keeping: cpu))
      }
    case "host-passthrough", "maximum": _ = resolveCPU(cpu["mode"] ?? "", followHost: true)
    default: break
    }
    return plan.refused.isEmpty
  }

  /// `<os firmware='efi'>` becomes the loader and template that it stands for today. Where the XML asks for features
  /// of the firmware, or names a loader beside, the choice stays libvirt's, and the plan says so.
  private mutating func resolveFirmware(_ os: Element, _ machine: String, _ edit: inout Edit) {
    guard os["firmware"] == "efi", os.child("firmware") == nil, os.child("loader") == nil, os.child("nvram") == nil
    else {
      plan.notes.append("the firmware floats: libvirt chooses it again at every cold boot")
      return
    }
    guard case .image(let image) = resolveFirmware(.efi(followHost: false), machine: machine) else { return }
    edit.removeAttribute("firmware", of: os)
    var writer = XMLWriter()
    writer.element("loader", ["readonly": "yes", "type": "pflash"], text: image.loader)
    edit.append(writer.finish(), to: os)
    writer = XMLWriter()
    writer.element("nvram", ["template": image.template])
    edit.append(writer.finish(), to: os)
  }
}
