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
    if isRunning { document = try device.kind.withoutRunTime(document) }
    var draft = ElementDraft(document.root)
    for child in ["alias", "address", "boot"] { draft.removeChildren(named: child) }
    let wanted = try DomainDocument(draft.xml)
    self.init(
      id: id, kind: device.kind, content: .element(wanted), sides: .both, was: nil, bootOrder: device.bootOrder,
      replaceAllowed: false, unplug: Unplug(), isProtected: false, address: device.slot, drift: nil,
      contentDigest: wanted.root.canonicalDigest, path: path)
  }
}
