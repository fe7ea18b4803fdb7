package import DomainXML
package import Vocabulary

extension IntentDocument {
  /// What a domain document wants, as an intent: its devices, and nothing about power or settings. For
  /// `plan --target`.
  ///
  /// `creation` is the document itself, for a domain that does not exist.
  package init(target: DomainDocument, name: DomainName, devices: [WantedDevice], source: String) {
    let digest = target.root.canonicalDigest
    self.init(
      source: source, text: Array(target.text.bytes), canonicalDigest: digest, name: name,
      uuid: target.root.child("uuid").flatMap { DomainUUID($0.trimmedText) }, labels: [:], clientGeneration: nil,
      power: .unmanaged, isProtected: false, unlisted: .keep, removals: [], drift: .reassert, shutdown: Shutdown(),
      onGuestShutdown: .stay, creation: CreationIntent(content: .xml(target), digest: digest), devices: devices)
  }
}

extension WantedDevice {
  /// A device of a target document, wanted as it stands there. The document of a running domain also says what only
  /// holds while it runs (`isRunning`).
  package init(id: DeviceID, target device: Device, isRunning: Bool, path: String) throws(XMLFault) {
    var document = try DomainDocument(device.element.source)
    if isRunning { document = try WantedDevice.withoutRunTime(document, kind: device.kind.name) }
    var draft = ElementDraft(document.root)
    for child in ["alias", "address", "boot"] { draft.removeChildren(named: child) }
    let wanted = try DomainDocument(draft.xml)
    self.init(
      id: id, kind: device.kind, content: .element(wanted), sides: .both, was: nil, bootOrder: device.bootOrder,
      replaceAllowed: false, unplug: Unplug(), isProtected: false, address: device.slot, drift: nil,
      contentDigest: wanted.root.canonicalDigest, path: path)
  }

  /// What libvirt prints of a running domain's device and of no other: chosen for this run, and no part of what is
  /// wanted.
  private static func withoutRunTime(_ document: DomainDocument, kind: String) throws(XMLFault) -> DomainDocument {
    let root = document.root
    var edit = Edit(document)
    func remove(_ child: Element?) { if let child { edit.remove(child) } }
    switch kind {
    case "disk":
      remove(root.child("backingStore"))
      remove(root.child("mirror"))
      if let source = root.child("source") { edit.removeAttribute("index", of: source) }
    case "interface":
      if let target = root.child("target"), let name = target["dev"],
        ["vnet", "macvtap"].contains(where: { name.hasPrefix($0) })
      {
        edit.remove(target)
      }
      // A card on a libvirt network is printed with what the network resolved to: type='bridge', the bridge's name.
      if let source = root.child("source"), source["network"] != nil {
        edit.set("type", to: "network", on: root)
        for name in ["portid", "bridge", "dev", "mode"] { edit.removeAttribute(name, of: source) }
      }
    case "serial", "console", "parallel", "channel":
      edit.removeAttribute("tty", of: root)
      if let target = root.child("target") { edit.removeAttribute("state", of: target) }
      if let source = root.child("source") {
        let isChosen = source["path"]?.contains("/channel/") ?? false
        if root["type"] == "pty" || isChosen { edit.remove(source) }
      }
    case "graphics" where root["autoport"] == "yes":
      for name in ["port", "tlsPort", "websocket"] { edit.removeAttribute(name, of: root) }
    default: break
    }
    return try edit.apply()
  }
}
