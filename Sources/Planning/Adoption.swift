package import DomainXML
package import Intent
import Vocabulary

/// A domain that somebody else made, as a document would want it: its devices under ids of their own, and what binds
/// the ids. Planned, it asks for nothing but vmctl's own metadata.
package struct Adoption {
  /// In the document's order, each as the definition states it, or the running domain where only that has it.
  package private(set) var devices: [WantedDevice] = []
  package private(set) var bindings: [ManagedState.Binding] = []
  /// How many devices stay without an id, because nothing tells one from another.
  package private(set) var apart = 0

  /// Controllers and what libvirt can only define stay unmanaged: no document can say anything of them that vmctl
  /// could do.
  package init(live: DomainDefinition?, persistent: DomainDefinition?) throws(XMLFault) {
    var wanted: [DeviceID: WantedDevice] = [:]
    var matched: TargetMatch?
    for target in [live, persistent].compactMap({ $0 }) {
      let match = try TargetMatch(target: target, live: live, persistent: persistent, managed: ManagedState())
      for device in match.wanted { wanted[device.id] = device }
      apart = match.refused.count + match.unchangedApart
      matched = match
    }
    let shared = Adoption.shared(wanted.values)
    for binding in matched?.bindings ?? [] {
      guard let device = wanted[binding.id], Adoption.isOfUse(device) else { continue }
      guard !shared.contains(binding.id) else {
        apart += 1
        continue
      }
      let isLive = live.flatMap { Planner.device(of: binding, in: $0) } != nil
      let isPersistent = persistent.flatMap { Planner.device(of: binding, in: $0) } != nil
      let sides: WantedDevice.Sides =
        live == nil || persistent == nil || (isLive && isPersistent) ? .both : isLive ? .live : .persistent
      var adopted = device
      adopted.sides = sides
      devices.append(adopted)
      bindings.append(binding)
    }
  }

  /// Devices that share what no document may state twice, as libvirt lets two cards have one MAC (teaming).
  private static func shared(_ devices: some Sequence<WantedDevice>) -> Set<DeviceID> {
    var holders: [String: [DeviceID]] = [:]
    for device in devices {
      for field in device.kind.unique {
        guard let value = device.element?.value(at: field.path) else { continue }
        holders["\(device.kind.name) \(field.path) \(value)", default: []].append(device.id)
      }
    }
    return Set(holders.values.filter { $0.count > 1 }.joined())
  }

  private static func isOfUse(_ device: WantedDevice) -> Bool {
    guard device.kind != .controller, let element = device.element else { return false }
    return Side.allCases.contains { device.kind.attach[$0].refusal(for: element, libvirt: nil) == nil }
  }
}
