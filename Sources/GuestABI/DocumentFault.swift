import DomainXML
import Vocabulary

/// What libvirt refuses in a document by itself, as far as the document alone shows it.
enum DocumentFault {
  static func findings(in definition: DomainDefinition, isSource: Bool) -> [ABIFinding] {
    var faults: [(path: String, text: String)] = []
    let root = definition.root
    for path in ["@type", "name", "os/type"] as [FieldPath] where root.value(at: path)?.isEmpty ?? true {
      faults.append((path.text, "missing"))
    }
    if root.child("memory") == nil, root.element(at: "cpu/numa/cell") == nil { faults.append(("memory", "missing")) }
    if let text = root.child("uuid")?.trimmedText, DomainUUID(text) == nil { faults.append(("uuid", text)) }
    var drives: Set<String> = []
    for device in definition.devices where device.kind == .disk {
      guard let name = device.element.child("target")?["dev"] else {
        faults.append(("devices/disk/target/@dev", "missing"))
        continue
      }
      if !drives.insert(name).inserted { faults.append(("devices/disk[target=\(name)]", "twice")) }
    }
    return faults.map { fault in
      ABIFinding(
        path: fault.path, rule: "document", source: isSource ? fault.text : nil, target: isSource ? nil : fault.text,
        tier: .libvirt, why: "libvirt takes no domain that is so")
    }
  }

  /// A text that is no domain document.
  static func finding(_ fault: XMLFault, isSource: Bool) -> ABIFinding {
    let text = fault.line.map { "line \($0): \(fault.message)" } ?? fault.message
    return ABIFinding(
      path: "", rule: "document", source: isSource ? text : nil, target: isSource ? nil : text, tier: .libvirt,
      why: "libvirt reads no such document")
  }
}
