import DomainXML
import Planning
import Vocabulary

/// The fields in which a device differs between running domain and definition, and which of them libvirt fills in.
/// Where it stands is not among them: that is compared as a slot.
struct SideFields {
  let difference: SideDifference
  /// What a running device has and its definition has not, by libvirt's doing.
  let isLibvirts: Bool
  /// The catalogue knows the field, so it knows that nothing but a change makes it differ.
  let isOfCatalogue: Bool

  static func differences(_ live: Device, _ persistent: Device) -> [SideFields] {
    let found = Differ.differences(live: live.element, persistent: persistent.element, kind: live.kind)
    return found.compactMap { difference in
      if difference.path.isWithin("address"), live.slot != nil || persistent.slot != nil { return nil }
      let isAutomatic = difference.path == "alias/@name" && live.id == nil && difference.persistent == nil
      return SideFields(difference, live.kind, live.element, persistent.element, isAutomatic: isAutomatic)
    }
  }

  /// The same of what a domain states beside its devices. Metadata is nobody's setting.
  static func differences(live: DomainDefinition, persistent: DomainDefinition) -> [SideFields] {
    Differ.differences(
      live: live.root, persistent: persistent.root, kind: .domain, besides: ["devices", "metadata"]
    ).map { SideFields($0, .domain, live.root, persistent.root, isAutomatic: false) }
  }

  private init(
    _ difference: SideDifference, _ kind: DeviceKind, _ live: Element, _ persistent: Element, isAutomatic: Bool
  ) {
    self.difference = difference
    isLibvirts =
      isAutomatic || difference.isResolution
      || kind.isRunTime(difference.path, of: live, defined: difference.persistent, in: persistent)
    isOfCatalogue = kind.field(at: difference.path) != nil
  }
}
