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
        var changes = SideFields.differences(now, later).filter { $0.isOfCatalogue && !$0.isLibvirts }.map { field in
          change(
            field.difference.path.text, field.difference.live, field.difference.persistent,
            "libvirt cannot change it while the domain runs")
        }
        if !now.isAtPlace(of: later) {
          changes.append(change("address", now.slot?.description, later.slot?.description, "the sides differ"))
        }
        return changes
      }
    }
  }
}
