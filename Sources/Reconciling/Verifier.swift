import DomainXML
import Libvirt
import Planning
import Vocabulary

/// Whether a step is done, from a fresh read and nothing else (I5).
enum Verifier {
  enum Verdict: Sendable, Equatable {
    case done
    case notDone
    /// Done otherwise than asked: libvirt took the call and left something out.
    case differs(String)
  }

  static func check(_ step: Step, _ observed: ObservedDomain?) -> Verdict {
    switch step.action {
    case .define:
      return observed?.persistent == nil ? .notDone : defined(step, observed?.persistent)
    case .start:
      return observed?.observation.state.isActive == true ? .done : .notDone
    case .shutdown, .destroy:
      // A transient domain is gone with its run.
      return observed?.observation.state.isActive == true ? .notDone : .done
    case .undefine:
      return observed?.observation.isPersistent == true ? .notDone : .done
    case .attach: return attached(step, observed)
    case .detach: return device(step, observed) == nil ? .done : .notDone
    case .update: return updated(step, observed)
    case .set: return set(step, observed)
    case .setMetadata: return metadata(step, observed)
    }
  }

  /// The device that a step is about, where its side has it: by alias, or by natural key for kinds without one.
  private static func device(_ step: Step, _ observed: ObservedDomain?) -> Device? {
    guard let side = step.side, let definition = observed?.definition(side) else { return nil }
    return device(step, in: definition)
  }

  static func device(_ step: Step, in definition: DomainDefinition) -> Device? {
    guard let xml = step.xml, let element = try? DomainDocument(xml).root else { return nil }
    let wanted = Device(element)
    if let alias = wanted.alias, let found = definition.device(alias: alias) { return found }
    guard wanted.alias == nil || !wanted.kind.takesAlias else { return nil }
    return definition.devices.first { found in
      guard found.kind.name == wanted.kind.name else { return false }
      if let slot = wanted.slot { return found.slot == slot }
      return wanted.naturalKey != nil && found.naturalKey == wanted.naturalKey
    }
  }

  private static func attached(_ step: Step, _ observed: ObservedDomain?) -> Verdict {
    guard let found = device(step, observed), let xml = step.xml, let wanted = try? DomainDocument(xml).root
    else { return .notDone }
    if let slot = step.slot, !slot.admits(found.slot) {
      return .differs("it is at \(found.slot?.description ?? "no slot"), not at \(slot)")
    }
    return same(wanted, found)
  }

  private static func updated(_ step: Step, _ observed: ObservedDomain?) -> Verdict {
    guard let found = device(step, observed), let xml = step.xml, let wanted = try? DomainDocument(xml).root
    else { return .notDone }
    return same(wanted, found) == .done ? .done : .notDone
  }

  private static func same(_ wanted: Element, _ found: Device) -> Verdict {
    let differences = Differ.differences(wanted: wanted, device: found.element, kind: found.kind)
      .filter { !$0.path.text.hasPrefix("address/") && !$0.path.text.hasPrefix("alias/") }
    guard let first = differences.first else { return .done }
    return .differs(
      "libvirt took the call and did not apply \(first.path): wanted \(first.wanted), is \(first.found ?? "nothing")")
  }

  private static func defined(_ step: Step, _ definition: DomainDefinition?) -> Verdict {
    guard let definition, let xml = step.xml, let wanted = try? DomainDefinition(xml) else { return .notDone }
    for device in wanted.devices {
      guard let alias = device.alias, let slot = device.slot else { continue }
      let found = definition.device(alias: alias)
      if !slot.admits(found?.slot) {
        return .differs("'\(alias)' is at \(found?.slot?.description ?? "no slot"), not at \(slot)")
      }
    }
    return .done
  }

  private static func set(_ step: Step, _ observed: ObservedDomain?) -> Verdict {
    if case .device = step.target { return updated(step, observed) }
    guard let side = step.side, let definition = observed?.definition(side),
      let fragment = step.xml.flatMap({ try? DomainDocument($0).root })
    else { return .notDone }
    let isSo = Catalogue.settings.allSatisfy { setting in
      setting.stated(in: fragment).allSatisfy { setting.value(in: definition.root, key: $0.key) == $0.value }
    }
    return isSo ? .done : .notDone
  }

  private static func metadata(_ step: Step, _ observed: ObservedDomain?) -> Verdict {
    guard let side = step.side, let definition = observed?.definition(side) else { return .notDone }
    let found = ManagedState(in: definition)
    guard let xml = step.xml else { return found == nil ? .done : .notDone }
    let wanted = (try? DomainDocument(xml)).map { ManagedState($0.root) }
    return found == wanted ? .done : .notDone
  }
}
