import Digests
package import DomainXML
package import Vocabulary

/// Writes the element that is sent to libvirt for a wanted device: what the document states, and everything that
/// libvirt would choose and the guest can see. One way for creation and hotplug, so they cannot differ (A9).
package struct DeviceComposer: Sendable {
  package let domain: DomainUUID
  package let libvirt: Version?

  package init(domain: DomainUUID, libvirt: Version?) {
    self.domain = domain
    self.libvirt = libvirt
  }

  /// The element with its chosen fields, alias, slot and boot order. `like` is the device as it is on the other side
  /// or was before: what was chosen for it stays.
  ///
  /// What is chosen follows from the alias, which an id keeps over renaming (R5), so that a device that comes back
  /// has its MAC and serial again.
  package func compose(
    _ element: Element, kind: DeviceKind, id: DeviceID, alias: String, slot: Slot?, bootOrder: UInt64?,
    like: Element? = nil
  ) -> XMLText {
    var draft = ElementDraft(element)
    choose(&draft, element, kind, DeviceID(alias: alias) ?? id, like)
    if let bootOrder { draft.replaceChild("boot", attributes: [("order", String(bootOrder))]) }
    if kind.takesAlias { draft.replaceChild("alias", attributes: [("name", alias)]) }
    if let slot { draft.replaceChild("address", attributes: slot.addressAttributes) }
    return draft.xml
  }

  /// Adds what the kind's catalogue entry says vmctl chooses, where the document has no opinion.
  private func choose(
    _ draft: inout ElementDraft, _ element: Element, _ kind: DeviceKind, _ id: DeviceID, _ like: Element?
  ) {
    var current = element
    for chosen in kind.chosen where element.value(at: chosen.path) == nil {
      if let condition = chosen.when, !condition.holds(for: current, libvirt: libvirt) { continue }
      if let like {
        // What the guest has is what it keeps, also where that is nothing.
        guard let own = like.value(at: chosen.path) else { continue }
        draft.set(chosen.path, own)
      } else {
        draft.set(chosen.path, value(chosen.value, id))
      }
      // Later choices may depend on earlier ones: a disk is a disk before it gets a serial.
      if let document = try? DomainDocument(draft.xml) { current = document.root }
    }
  }

  /// What vmctl chooses for an id where nobody has an opinion.
  package func value(_ value: ChosenField.Value, _ id: DeviceID) -> String {
    switch value {
    case .constant(let text): text
    case .mac: mac(id)
    case .serial: DeviceComposer.serial(id)
    }
  }

  /// QEMU's own prefix and three bytes that follow from the domain and the id.
  package func mac(_ id: DeviceID) -> String {
    let digest = Digest(of: domain.description + " " + id.text).bytes
    return "52:54:00:" + digest.prefix(3).map { hex($0, width: 2) }.joined(separator: ":")
  }

  /// The id itself; a longer one than virtio-blk's 20 bytes is cut and made unique by its digest.
  package static func serial(_ id: DeviceID) -> String {
    guard id.text.utf8.count > 20 else { return id.text }
    return id.text.prefix(11) + "-" + Digest(of: id.text).hexadecimal.prefix(8)
  }
}
