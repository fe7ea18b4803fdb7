import DomainXML
import Vocabulary

/// What libvirt makes of a domain's text, as far as plans depend on it.
enum LibvirtText {
  /// A definition that runs: every device has an alias.
  static func running(_ definition: DomainDefinition) throws -> DomainDefinition {
    var edit = Edit(definition.document)
    edit.set("id", to: "1", on: definition.root)
    for (index, device) in definition.devices.enumerated() where device.alias == nil && device.kind.takesAlias {
      edit.append(XMLText("<alias name='\(device.kind.name)\(index)'/>"), to: device.element)
    }
    return try DomainDefinition(edit.apply())
  }

  static func attach(_ xml: XMLText, to definition: DomainDefinition, _ side: Side) throws -> DomainDefinition {
    guard let devices = definition.root.child("devices") else { return definition }
    var xml = xml
    let document = try DomainDocument(xml)
    let device = Device(document.root)
    if side == .live, device.alias == nil, device.kind.takesAlias {
      var edit = Edit(document)
      edit.append(XMLText("<alias name='hot\(definition.devices.count)'/>"), to: document.root)
      xml = edit.text()
    }
    var edit = Edit(definition.document)
    edit.append(xml, to: devices)
    return try DomainDefinition(edit.apply())
  }

  /// libvirt injects namespace and prefix into the element and everything in it.
  static func setMetadata(_ xml: XMLText, in definition: DomainDefinition) throws -> DomainDefinition {
    let element = ManagedState(try DomainDocument(xml).root).xmlWithNamespace
    var edit = Edit(definition.document)
    if let metadata = definition.root.child("metadata") {
      if let old = definition.metadata(namespace: ManagedState.namespace) {
        edit.replace(old, with: element)
      } else {
        edit.append(element, to: metadata)
      }
    } else {
      edit.append(XMLText("<metadata>\(element.shown)</metadata>"), to: definition.root)
    }
    return try DomainDefinition(edit.apply())
  }
}

/// libvirt's refusals (libvirt.md section 1, T2, T4, T5, T7, T14).
enum Refusals {
  static func check(attach device: Device, to definition: DomainDefinition, _ side: Side) throws {
    func refuse(_ words: String) -> World.Refused {
      World.Refused(description: "attach of \(device.alias ?? device.kind.name) to the \(side.rawValue) side: \(words)")
    }
    if let alias = device.alias, definition.device(alias: alias) != nil { throw refuse("non unique alias") }
    if let slot = device.slot {
      if definition.devices.contains(where: { $0.slot == slot }) { throw refuse("\(slot) is taken") }
      if case .pci(let address) = slot {
        guard let bus = definition.pci.buses[address.bus] else { throw refuse("no bus \(address.bus)") }
        if side == .live, address.function != 0 { throw refuse("only function 0 (T7)") }
        if side == .live, bus.model == "pcie-root" { throw refuse("pcie-root takes no hotplug (T7)") }
        if bus.model == "pcie-root-port", address.slot != 0 { throw refuse("slot 0 only (T7)") }
        if side == .live, !bus.hotplug { throw refuse("hotplug is off") }
      }
    }
    if let order = device.bootOrder {
      if definition.devices.contains(where: { $0.bootOrder == order }) { throw refuse("boot order \(order) in use") }
      if definition.root.child("os")?.child("boot") != nil { throw refuse("os/boot (T2)") }
    }
    for key in device.kind.unique {
      guard let value = device.element.value(at: key.path) else { continue }
      if definition.devices.contains(where: { $0.kind == device.kind && $0.element.value(at: key.path) == value }) {
        throw refuse("\(key.word) \(value) exists")
      }
    }
    let need = device.kind.controller.first { $0.when?.holds(for: device.element, libvirt: nil) ?? true }
    if let need, !definition.devices.contains(where: { $0.kind == .controller && $0.element["type"] == need.type }) {
      throw refuse("no \(need.type) controller: libvirt would choose one (T14)")
    }
    // A port by the rule of T6: complete, with the next index, above every bridge of bus 0.
    let isPort = side == .persistent && device.element["model"] == "pcie-root-port"
    if isPort {
      let others = definition.devices.filter { $0.element["type"] == "pci" && $0.kind == .controller }
      let highest = others.compactMap { $0.element.number("index") }.max() ?? 0
      guard device.element.number("index") == highest + 1, device.element.value(at: "target/@chassis") != nil,
        case .pci(let place) = device.slot
      else { throw refuse("a port that libvirt would complete by itself") }
      for other in others {
        guard case .pci(let address) = other.slot, address.bus == 0 else { continue }
        if place < address { throw refuse("a port below \(address): the guest's buses move") }
      }
    } else if let reason = device.kind.attach[side].refusal(for: device.element, libvirt: nil) {
      throw refuse(reason)
    }
    if device.slotKind() != nil, device.slot == nil { throw refuse("libvirt would choose the slot") }
  }

  static func check(update old: Device, to new: Device, in definition: DomainDefinition, _ side: Side) throws {
    func refuse(_ words: String) -> World.Refused {
      World.Refused(description: "update of \(old.alias ?? old.kind.name) on the \(side.rawValue) side: \(words)")
    }
    if let reason = old.kind.update[side].refusal(for: old.element, libvirt: nil) { throw refuse(reason) }
    if old.alias != new.alias { throw refuse("the alias would be lost") }
    if new.slot == nil, old.slot != nil { throw refuse("the address would be chosen anew") }
    if side == .live, old.slot != new.slot { throw refuse("a live device does not move") }
    if let slot = new.slot, slot != old.slot, definition.devices.contains(where: { $0.slot == slot }) {
      throw refuse("\(slot) is taken")
    }
    if let order = new.bootOrder, order != old.bootOrder, definition.devices.contains(where: { $0.bootOrder == order })
    {
      throw refuse("boot order \(order) is already used (T4)")
    }
    let key = old.kind.identity.first?.paths ?? []
    if key.contains(where: { old.element.value(at: $0) != new.element.value(at: $0) }) {
      throw refuse("it is looked up by its key (T5)")
    }
    guard side == .live else { return }
    for field in old.kind.fields where old.element.value(at: field.path) != new.element.value(at: field.path) {
      if let media = old.kind.media, media.when.holds(for: old.element, libvirt: nil),
        (media.sources + media.following).contains(field.path)
      {
        continue
      }
      guard case .inPlace = field.change.live else { throw refuse("\(field.path) does not change live") }
    }
  }
}
