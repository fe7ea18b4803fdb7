import DomainXML
import Intent
import Vocabulary

extension PlanningPass {
  /// A leaving device that something else has to wait for; empty where nothing is waited for.
  struct Awaited {
    var id: DeviceID?
    var alias: String?
  }

  /// Everything that an attach depends on beside its slot (T15: libvirt takes a disk without a file, and the next
  /// start fails). `nil` where it cannot be done, which is then refused.
  mutating func preflight(_ device: BoundDevice, _ element: Element, _ sides: [Side]) -> Awaited? {
    let wanted = device.wanted
    let before = plan.refused.count
    for refusal in Preflight.refusals(wanted, element, input.host) { refuse(refusal) }
    var awaited = Awaited()
    for unique in wanted.kind.unique {
      guard let value = element.value(at: unique.path) else { continue }
      for side in sides {
        guard let holder = holder(of: unique, value, wanted.kind, side) else { continue }
        guard let leaving = leaving(holder, side) else {
          refuseTaken(wanted, unique, value, holder, side)
          break
        }
        awaited = Awaited(id: leaving.binding.id, alias: holder.alias)
      }
    }
    if let order = wanted.bootOrder {
      for side in sides {
        guard let freed = bootOrder(order, isFreeFor: device, on: side) else { return nil }
        if freed.id != nil { awaited = freed }
      }
    }
    return plan.refused.count == before ? awaited : nil
  }

  private func holder(of unique: UniqueField, _ value: String, _ kind: DeviceKind, _ side: Side) -> Device? {
    let form = kind.field(at: unique.path)?.form ?? .text
    return input.definition(side)?.devices.first { other in
      other.kind == kind && other.element.value(at: unique.path).map(form.normalised) == form.normalised(value)
    }
  }

  private mutating func refuseTaken(
    _ wanted: WantedDevice, _ unique: UniqueField, _ value: String, _ holder: Device, _ side: Side
  ) {
    refuse(
      Refusal(
        "target-taken", target: .device(wanted.id), path: wanted.path + "." + unique.path.text, wanted: value,
        found: holder.alias ?? "a device without an alias",
        reason: "the \(unique.word) \(value) is taken on the \(side.rawValue) side by a device that "
          + (holder.id.map { "has the id '\($0)'" } ?? "no id names"),
        wouldTake: "choose another \(unique.word), or bind the id to that device with `reference:`"))
  }

  /// The device that this very plan detaches.
  func leaving(_ device: Device, _ side: Side) -> LeavingDevice? {
    leaving.first { leaving in
      !leaving.binding.isReference && (leaving.devices[side].map { $0.isSame(as: device) } ?? false)
    }
  }

  /// Whether a device may get a boot order on a side; `nil` where not, which is then refused. libvirt refuses an order
  /// that is in use (T4), and any order beside `<os><boot>` (T2).
  mutating func bootOrder(_ order: UInt64, isFreeFor device: BoundDevice, on side: Side) -> Awaited? {
    guard let definition = input.definition(side) else { return Awaited() }
    let target = Step.Target.device(device.wanted.id)
    let path = device.wanted.path + ".bootOrder"
    if definition.root.child("os")?.child("boot") != nil {
      unsettled.insert(device.wanted.id)
      refuse(
        Refusal(
          "os-boot", target: target, path: path, wanted: String(order), found: "<os><boot/></os>",
          reason: "the domain was defined with <os><boot>, and libvirt then refuses every boot order of a device",
          wouldTake: "a new domain"))
      return nil
    }
    let holder = definition.devices.first { $0.bootOrder == order && !(device.devices[side]?.isSame(as: $0) ?? false) }
    guard let holder else { return Awaited() }
    if let leaving = leaving(holder, side) { return Awaited(id: leaving.binding.id, alias: holder.alias) }
    // A holder that gets another order with this plan is dealt with when all are known.
    if changesBootOrder(holder, side) { return Awaited() }
    unsettled.insert(device.wanted.id)
    refuse(
      Refusal(
        "boot-order-taken", target: target, path: path, wanted: String(order),
        found: holder.alias ?? holder.naturalKey ?? holder.kind.name,
        reason: "the boot order \(order) is in use on the \(side.rawValue) side by "
          + (holder.id.map { "'\($0)'" } ?? "a device that no id names"),
        wouldTake: "another boot order, here or there"))
    return nil
  }

  private func changesBootOrder(_ holder: Device, _ side: Side) -> Bool {
    bound.contains { other in
      guard let present = other.devices[side], present.isSame(as: holder), let wanted = other.wanted.bootOrder
      else { return false }
      return wanted != holder.bootOrder
    }
  }
}
