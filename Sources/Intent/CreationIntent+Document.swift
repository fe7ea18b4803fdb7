import DomainXML
import Vocabulary

extension CreationIntent {
  /// Reads `spec.creation` of a document that the grammar has accepted.
  init?(_ node: DocumentNode, _ faults: inout [IntentFault]) {
    digest = node.canonicalDigest
    if let xml = node["xml"]?.text {
      let others = node.entries.map(\.key).filter { $0 != "xml" }
      if let other = others.first {
        faults.append(
          IntentFault(
            "spec.creation has both 'xml' and '\(other)'", at: node.position, path: "spec.creation",
            remedy: "with 'xml' the document itself says everything"))
      }
      guard let document = try? DomainDocument(XMLText(xml), limits: .intent) else { return nil }
      content = .xml(document)
      return
    }
    guard let memory = node["memory"]?.text.flatMap(parseMemory) else {
      faults.append(
        IntentFault("spec.creation lacks 'memory' (boot memory)", at: node.position, path: "spec.creation"))
      return nil
    }
    CreationIntent.refuseContradictions(node, memory: memory, &faults)
    let firmware = node["firmware"]?.text ?? node["firmware"]?["type"]?.text ?? "bios"
    let serial: Serial =
      switch node["serial"]?.text {
      case "none": .none
      default: node["serial"]?["file"]?.text.map { .file($0) } ?? .pty
      }
    content = .stated(
      Stated(
        type: node["type"]?.text,
        machine: node["machine"]?.text ?? "q35",
        firmware: firmware == "efi" ? .efi(followHost: node["firmware"]?["follow"] != nil) : .bios,
        cpu: node["cpu"]?["model"]?.text.map { CPU(model: $0, followHost: node["cpu"]?["follow"] != nil) },
        memory: memory,
        vcpus: node["vcpus"]?.text.flatMap { parseNumber($0) } ?? 1,
        hotplugMemory: node["hotplugMemory"].flatMap { hotplug in
          guard let limit = hotplug["limit"]?.text.flatMap(parseMemory),
            let slots = hotplug["slots"]?.text.flatMap({ parseNumber($0) })
          else { return nil }
          return HotplugMemory(limit: limit, slots: slots)
        },
        rootPorts: node["rootPorts"]?.text.flatMap { parseNumber($0) } ?? 8,
        kernel: node["kernel"]?.text,
        initrd: node["initrd"]?.text,
        cmdline: node["cmdline"]?.text,
        serial: serial,
        graphics: node["graphics"]?.text ?? "none"))
  }

  /// Keys that mean nothing without another, or contradict it.
  private static func refuseContradictions(_ node: DocumentNode, memory: UInt64, _ faults: inout [IntentFault]) {
    func refuse(_ key: String, _ words: String, remedy: String? = nil) {
      let position = node[key]?.position ?? node.position
      faults.append(
        IntentFault("spec.creation.\(key): \(words)", at: position, path: "spec.creation.\(key)", remedy: remedy))
    }
    if node["kernel"] == nil {
      for stray in ["initrd", "cmdline"] where node[stray] != nil { refuse(stray, "there is no 'kernel'") }
    }
    if let limit = node["hotplugMemory"]?["limit"]?.text.flatMap(parseMemory), limit <= memory {
      refuse("hotplugMemory", "the limit includes the boot memory, and is no more than it")
    }
    if node["cpu"]?["follow"] != nil, node["cpu"]?["model"]?.text != "host-model" {
      refuse("cpu", "only host-model can follow the host", remedy: "leave 'follow' out")
    }
    if node["firmware"]?["follow"] != nil, node["firmware"]?["type"]?.text != "efi" {
      refuse("firmware", "only efi can follow the host", remedy: "leave 'follow' out")
    }
  }
}
