import Libvirt
package import Vocabulary

/// A domain for one check: a name and a UUID of its own, a definition, and devices that fit it.
package struct ContractDomain: Sendable {
  package let name: String
  package let uuid: DomainUUID
  let machine: ContractSubject.Machine
  let images: String
  let network: String
  let os: String

  package init(machine: ContractSubject.Machine, images: String, network: String, os: String) {
    var generator = SystemRandomNumberGenerator()
    uuid = DomainUUID(high: generator.next(), low: generator.next())
    name = "contract-" + hex(uuid.low, width: 16)
    self.machine = machine
    self.images = images
    self.network = network
    self.os = os
  }

  package func image(_ name: String) -> String { "\(images)/\(self.name)-\(name).raw" }
  package var serialLog: String { image("serial") }

  package var definition: XMLText { definition() }

  /// The same domain under another name or UUID, or with something more in it.
  func definition(name: String? = nil, uuid: DomainUUID? = nil, devices: String = "", metadata: String = "") -> XMLText
  {
    let ports = (1...6).map { "    <controller type='pci' index='\($0)' model='pcie-root-port'/>\n" }.joined()
    let root =
      switch machine {
      case .q35: "    <controller type='pci' index='0' model='pcie-root'/>\n" + ports
      case .pc: ""
      }
    return XMLText(
      """
      <domain type='qemu'>
        <name>\(name ?? self.name)</name>
        <uuid>\(uuid ?? self.uuid)</uuid>
        \(metadata)
        <memory unit='MiB'>\(os.isEmpty ? 32 : 192)</memory>
        <vcpu>1</vcpu>
        <os>
          <type arch='x86_64' machine='\(machine)'>hvm</type>
          \(os)
        </os>
        <features><acpi/></features>
        <cpu mode='custom' match='exact' check='none'><model fallback='forbid'>qemu64</model></cpu>
        <devices>
      \(root)\(devices)\
          <serial type='file'><source path='\(serialLog)'/></serial>
          <memballoon model='none'/>
        </devices>
      </domain>
      """)
  }

  /// The `number`th (from 0) slot that a device can be hotplugged to and that nothing of the definition takes.
  package func slot(_ number: UInt64) -> PCIAddress {
    switch machine {
    case .q35: PCIAddress(bus: 4 + number, slot: 0)
    case .pc: PCIAddress(bus: 0, slot: 0x10 + number)
    }
  }

  func address(_ slot: PCIAddress) -> String {
    "<address type='pci' domain='0x0000' bus='0x\(hex(slot.bus, width: 2))' slot='0x\(hex(slot.slot, width: 2))' "
      + "function='0x\(hex(slot.function, width: 1))'/>"
  }

  package func disk(
    _ target: String = "vdb", alias: String = "ua-data", image: String = "data", slot: PCIAddress? = nil
  )
    -> XMLText
  {
    XMLText(
      """
      <disk type='file' device='disk'>
        <driver name='qemu' type='raw'/>
        <source file='\(self.image(image))'/>
        <target dev='\(target)' bus='virtio'/>
        <alias name='\(alias)'/>
        \(slot.map(address) ?? "")
      </disk>
      """)
  }

  func interface(link: String = "up", slot: PCIAddress? = nil, mac: String = "52:54:00:c0:ff:ee") -> XMLText {
    XMLText(
      """
      <interface type='network'>
        <mac address='\(mac)'/>
        <source network='\(network)'/>
        <model type='virtio'/>
        <link state='\(link)'/>
        <alias name='ua-lan'/>
        \(slot.map(address) ?? "")
      </interface>
      """)
  }

  func rng(alias: String = "ua-entropy", slot: PCIAddress? = nil) -> XMLText {
    XMLText(
      """
      <rng model='virtio'>
        <backend model='random'>/dev/urandom</backend>
        <alias name='\(alias)'/>
        \(slot.map(address) ?? "")
      </rng>
      """)
  }

  /// Ends and removes the domain, as far as there is still one.
  func remove(from hypervisor: any Hypervisor) async {
    // Each may fail because it is done already; a domain that is left over fails the next run loudly enough.
    try? await hypervisor.destroy(uuid)
    try? await hypervisor.undefine(uuid, [.managedSave, .nvram, .snapshotsMetadata])
  }
}
