import DomainXML
package import Libvirt
package import Vocabulary

extension FakeHypervisor {
  package func attach(_ device: XMLText, to uuid: DomainUUID, side: Side) async throws(LibvirtError) {
    let function = "virDomainAttachDeviceFlags"
    let (name, alias) = try await perform(.attach, on: uuid, function, side: side, text: device) {
      (domain) throws(LibvirtError) in
      let attached = try domain.hotplug(side, function).attach(device)
      if side == .live { try domain.refusePhantom(attached.alias, function) }
      domain.setText(attached.text, side)
      return (domain.name, attached.alias)
    }
    switch side {
    case .live: if let alias { emit(.deviceAdded(alias: alias), of: uuid, name: name) }
    case .persistent: tellOfConfiguration(uuid, name)
    }
  }

  package func detach(_ device: XMLText, from uuid: DomainUUID, side: Side) async throws(LibvirtError) {
    let function = "virDomainDetachDeviceFlags"
    let unplug: Unplug = try await perform(.detach, on: uuid, function, side: side, text: device) {
      (domain) throws(LibvirtError) in
      let hotplug = try domain.hotplug(side, function)
      guard let found = try hotplug.find(try FakeDefinition.parse(device, function).root) else {
        throw .missing("no matching device", function)
      }
      return request(found, from: &domain, hotplug)
    }
    switch unplug.guest {
    case nil: tellOfConfiguration(uuid, unplug.name)
    case .acknowledges(let delay) where delay <= .seconds(5):
      await sleep(delay)
      release(unplug.alias, of: uuid)
    case .acknowledges(let delay):
      await sleep(.seconds(5))
      letGo(unplug.alias, of: uuid, after: delay - .seconds(5))
    case .silent: await sleep(.seconds(5))
    case .refuses:
      refuse(unplug, uuid)
      throw .failed("unplug of device was rejected by the guest", function)
    }
  }

  package func detach(alias: String, from uuid: DomainUUID, side: Side) async throws(LibvirtError) {
    let function = "virDomainDetachDeviceAlias"
    let unplug: Unplug = try await perform(.detachAlias, on: uuid, function, side: side, text: XMLText(alias)) {
      (domain) throws(LibvirtError) in
      let hotplug = try domain.hotplug(side, function)
      guard let found = hotplug.find(alias: alias) else {
        throw .internal("no device found with alias \(alias)", function)
      }
      return request(found, from: &domain, hotplug)
    }
    switch unplug.guest {
    case .acknowledges(let delay): letGo(alias, of: uuid, after: delay)
    case .refuses: refuse(unplug, uuid)
    case .silent, nil: break
    }
  }

  package func update(_ device: XMLText, of uuid: DomainUUID, side: Side, force: Bool) async throws(LibvirtError) {
    let function = "virDomainUpdateDeviceFlags"
    let name = try await perform(.update, on: uuid, function, side: side, text: device) {
      (domain) throws(LibvirtError) in
      domain.setText(try domain.hotplug(side, function).update(device), side)
      return domain.name
    }
    if side == .persistent { tellOfConfiguration(uuid, name) }
  }

  /// From libvirt 11 on, a persistent change by XML is told (T30); before, by nothing.
  private func tellOfConfiguration(_ uuid: DomainUUID, _ name: String) {
    if description.libvirtVersion >= Version(11, 0) { emit(.lifecycle(.definedUpdated), of: uuid, name: name) }
  }

  /// A request to let go of a device. Without a guest there is nobody to ask: it is done.
  private struct Unplug {
    let name: String
    let alias: String
    let guest: Guest?
  }

  private func request(_ device: Element, from domain: inout FakeDomain, _ hotplug: FakeHotplug) -> Unplug {
    let alias = device.child("alias")?["name"] ?? ""
    guard hotplug.side == .live, !hotplug.staysForEver(device) else {
      domain.setText(hotplug.removing(device), hotplug.side)
      return Unplug(name: domain.name, alias: alias, guest: nil)
    }
    domain.pending.append(alias)
    return Unplug(name: domain.name, alias: alias, guest: guest(of: domain))
  }

  private func letGo(_ alias: String, of uuid: DomainUUID, after delay: Duration) {
    Task {
      await sleep(delay)
      release(alias, of: uuid)
    }
  }

  private func refuse(_ unplug: Unplug, _ uuid: DomainUUID) {
    change(uuid) { $0.pending.removeAll { $0 == unplug.alias } }
    emit(.removalFailed(alias: unplug.alias), of: uuid, name: unplug.name)
  }
}
