package import Vocabulary

extension HostFacts {
  /// Reads libvirt's capabilities: host UUID, machine types and emulator of one architecture, virtualisation types.
  ///
  /// The list under `<arch>` is the emulated one; a `<domain type='kvm'>` may carry its own.
  package init(capabilities text: XMLText, architecture: String = "x86_64") throws(XMLFault) {
    self.init(architecture: architecture)
    let root = try DomainDocument(text).root
    hostUUID = root.value(at: "host/uuid").flatMap { HostUUID($0) }
    for guest in root.children(named: "guest") where guest.value(at: "os_type") == "hvm" {
      guard let arch = guest.child("arch"), arch["name"] == architecture else { continue }
      emulator = arch.value(at: "emulator")
      virtTypes = arch.children(named: "domain").compactMap { $0["type"] }.sorted { $0 == "kvm" && $1 != "kvm" }
      let own = arch.children(named: "domain").first { $0["type"] == virtTypes.first && $0.child("machine") != nil }
      machines = (own ?? arch).children(named: "machine").map { machine in
        MachineType(
          name: machine.trimmedText, canonical: machine["canonical"], deprecated: machine["deprecated"] == "yes",
          maximumCPUs: machine["maxCpus"].flatMap { parseNumber($0) })
      }
    }
  }

  /// Adds what the domain capabilities of one machine type say of its CPU.
  package mutating func add(domainCapabilities text: XMLText) throws(XMLFault) {
    let root = try DomainDocument(text).root
    let modes = root.child("cpu")?.children(named: "mode") ?? []
    let mode = modes.first { $0["name"] == "host-model" && $0["supported"] == "yes" }
    hostModel = mode.flatMap { HostModel($0) } ?? hostModel
  }
}

extension HostModel {
  /// Reads `<mode name='host-model'>`, or a `<cpu>` of the same content; `nil` where it names no model.
  package init?(_ element: Element) {
    guard let model = element.child("model")?.trimmedText, !model.isEmpty else { return nil }
    self.init(
      model: model, vendor: element.child("vendor")?.trimmedText,
      features: element.children(named: "feature").compactMap { feature in
        feature["name"].map { HostModel.Feature(name: $0, policy: feature["policy"] ?? "require") }
      })
  }
}
