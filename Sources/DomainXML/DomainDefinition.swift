package import Vocabulary

/// A domain's definition as one side returned it: the document and the looks that every room takes at it.
package struct DomainDefinition: Sendable {
  package let document: DomainDocument
  package let devices: [Device]

  /// Throws where the text is not XML or no libvirt domain.
  package init(_ text: XMLText, limits: Limits = .libvirt) throws(XMLFault) {
    try self.init(DomainDocument(text, limits: limits))
  }

  package init(_ document: DomainDocument) throws(XMLFault) {
    guard document.root.named("domain") else {
      throw XMLFault(.malformed, "the document is a <\(document.root.name)>, not a libvirt <domain>", line: 1)
    }
    self.document = document
    var devices: [Device] = []
    devices.reserveCapacity(32)
    // libvirt reads all of them; it prints one.
    for list in document.root.children where list.named("devices") {
      for element in list.children where !element.named("emulator") { devices.append(Device(element)) }
    }
    self.devices = devices
  }

  /// Worked out on each call: a plan that places nothing does not need it.
  package var pci: PCITopology { PCITopology(devices) }

  package var root: Element { document.root }
  package var name: String { root.child("name")?.trimmedText ?? "" }
  package var uuid: DomainUUID? { root.child("uuid").flatMap { DomainUUID($0.trimmedText) } }
  /// `kvm`, `qemu`, …
  package var type: String { root["type"] ?? "" }
  package var machine: String { root.value(at: "os/type/@machine") ?? "" }
  package var architecture: String { root.value(at: "os/type/@arch") ?? "" }
  package var emulator: String? { root.value(at: "devices/emulator") }
  package var cpu: Element? { root.child("cpu") }

  /// The device that carries an id's alias, or another alias that was recorded for it.
  package func device(alias: String) -> Device? {
    devices.first { $0.hasAlias(alias) }
  }

  /// Whether the machine has a PCI Express root (q35 and like machines) rather than a conventional one.
  package var isPCIExpress: Bool { pci.root == .express }

  /// Slots that a device holds, each with the device.
  package var slots: [Slot: Device] {
    var slots: [Slot: Device] = [:]
    for device in devices { if let slot = device.slot { slots[slot] = device } }
    return slots
  }

  /// Where the guest sees the device. `nil` for devices that are not on PCI.
  package func guestPath(of device: Device) -> GuestPath? {
    guard case .pci(let address) = device.slot else { return nil }
    return pci.guestPath(of: address)
  }

  /// The metadata element of a namespace, whatever its prefix.
  package func metadata(namespace uri: String) -> Element? {
    root.child("metadata")?.children.first { $0.namespaceURI == uri }
  }
}
