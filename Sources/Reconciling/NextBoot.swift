import Control
import DomainXML
import Planning
import Vocabulary

/// What the next cold boot changes for the guest: devices on one side only, and fields in which the sides differ after
/// the catalogue's normalising.
enum NextBoot {
  static func changes(_ observed: ObservedDomain?, _ state: ManagedState, domain: String) -> [PendingDocument] {
    guard let live = observed?.live, let persistent = observed?.persistent else { return [] }
    return settings(live, persistent, domain: domain)
      + state.bindings.flatMap { binding -> [PendingDocument] in
        func change(_ path: String, _ now: String?, _ later: String?, _ reason: String) -> PendingDocument {
          PendingDocument(
            device: binding.id.text, path: path, now: now, atNextBoot: later, reason: reason,
            appliedBy: "vmctl restart \(domain)")
        }
        switch (Planner.device(of: binding, in: live), Planner.device(of: binding, in: persistent)) {
        case (nil, nil): return []
        case (nil, .some): return [change(binding.id.text, nil, "attached", "it is in the definition only")]
        case (.some, nil): return [change(binding.id.text, "attached", nil, "it is in the running domain only")]
        case (.some(let now), .some(let later)):
          var changes = SideFields.differences(now, later).filter { field in
            // A medium is changed while the domain runs, and often on that side only (R9).
            field.isOfCatalogue && !field.isLibvirts && !now.isMedium(field.difference.path)
          }.map { field in
            let change = now.kind.change(at: field.difference.path).live
            return PendingDocument(
              device: binding.id.text, path: field.difference.path.text, now: field.difference.live,
              atNextBoot: field.difference.persistent,
              reason: change.isInPlace ? "the sides differ" : "libvirt cannot change it while the domain runs",
              appliedBy: "vmctl restart \(domain)")
          }
          if !now.isAtPlace(of: later) {
            changes.append(change("address", now.slot?.description, later.slot?.description, "the sides differ"))
          }
          return changes
        }
      }
  }

  /// Settings that differ and that a running domain cannot get; what it could get is a foreign hand's or the guest's.
  private static func settings(
    _ live: DomainDefinition, _ persistent: DomainDefinition, domain: String
  ) -> [PendingDocument] {
    Catalogue.settings.compactMap { setting in
      guard !setting.hasEntries, let now = setting.value(in: live.root),
        let later = setting.value(in: persistent.root), now != later
      else { return nil }
      let reason = setting.obstacle(to: later, on: .live, of: live.root, libvirt: nil)
      return reason.map {
        PendingDocument(
          device: nil, setting: setting.name, path: "spec.\(setting.name)", now: now, atNextBoot: later, reason: $0,
          appliedBy: "vmctl restart \(domain)")
      }
    }
  }
}

extension Device {
  /// Whether the field says what is in a drive.
  fileprivate func isMedium(_ path: FieldPath) -> Bool {
    guard let media = kind.media, media.when.holds(for: element, libvirt: nil) else { return false }
    return (media.sources + media.following).contains(path)
  }
}
