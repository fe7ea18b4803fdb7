import Control
import DomainXML
import Planning
import Vocabulary

/// What the next cold boot changes for the guest: devices on one side only, and fields in which the sides differ after
/// the catalogue's normalising.
enum NextBoot {
  static func changes(_ observed: ObservedDomain?, _ state: ManagedState, domain: String) -> [PendingDocument] {
    guard let live = observed?.live, let persistent = observed?.persistent else { return [] }
    return state.bindings.flatMap { binding -> [PendingDocument] in
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
        var changes = fields(now, later).map { field, now, later in
          change(field.path.text, now, later, "libvirt cannot change it while the domain runs")
        }
        if now.slot != later.slot, !now.isMemory {
          changes.append(change("address", now.slot?.description, later.slot?.description, "the sides differ"))
        }
        return changes
      }
    }
  }

  private static func fields(_ live: Device, _ persistent: Device) -> [(Field, String?, String?)] {
    let media = live.kind.media.flatMap { $0.when.holds(for: live.element, libvirt: nil) ? $0 : nil }
    return live.kind.fields.compactMap { field in
      // A medium is changed while the domain runs, and often on that side only (R9).
      if let media, (media.sources + media.following).contains(field.path) { return nil }
      let now = live.element.value(at: field.path).map(field.form.normalised)
      let later = persistent.element.value(at: field.path).map(field.form.normalised)
      if now == later { return nil }
      // The running domain shows a card on a network as one on that network's bridge: that is no difference.
      if let now, let later, field.resolutions[later]?.contains(now) ?? false { return nil }
      return (field, now, later)
    }
  }
}

extension Device {
  /// A memory device's base is known on the live side only (T9).
  fileprivate var isMemory: Bool {
    if case .dimm = slot { return true }
    return false
  }
}
