import DomainXML
import Intent
import Vocabulary

/// Controllers are steps of their own before the devices that need them: libvirt would choose one by itself, another
/// for each side (T14).
extension PlanningPass {
  /// Why the running guest cannot get a controller that a device needs; `nil` where it can or has it.
  func controllerRefusal(_ wanted: WantedDevice, _ element: Element) -> String? {
    guard let need = need(of: wanted, element), let live = input.live, !has(need, live),
      !(addedControllers[need.name]?.contains(.live) ?? false)
    else { return nil }
    guard let draft = try? DomainDocument(draft(need).xml),
      let reason = DeviceKind.controller.attach.live.refusal(for: draft.root, libvirt: input.host.libvirt)
    else { return nil }
    return "there is no \(need.name.type) controller \(need.name.index), and \(reason)"
  }

  /// Adds the controllers that a device needs on the sides that are to get it. Returns these sides, or none where a
  /// controller cannot be had.
  mutating func provide(_ wanted: WantedDevice, _ element: Element, _ sides: [Side]) -> [Side] {
    guard !sides.isEmpty, var need = need(of: wanted, element) else { return sides }
    if let kind = wanted.kind.slotKind(of: element, libvirt: input.host.libvirt), need.model != nil,
      wanted.address == nil, slots.allocator.hasController(need.name.type), slots.allocator.free(kind) == 0
    {
      // All units are taken: one more controller, where the kind may have several.
      need = Need(
        name: ControllerName(type: need.name.type, index: slots.allocator.nextIndex(of: need.name.type)),
        model: need.model)
    }
    let lacking = sides.filter { side in
      guard let definition = input.definition(side), !has(need, definition) else { return false }
      return !(addedControllers[need.name]?.contains(side) ?? false)
    }
    guard !lacking.isEmpty else { return sides }
    var draft = draft(need)
    var slot: Slot?
    if let model = existing(need) {
      // The other side has it: the same one, at the same slot.
      draft = ElementDraft(model.element)
      if DeviceID(alias: model.alias ?? "") == nil { draft.removeChildren(named: "alias") }
      slot = model.slot
    } else if let document = try? DomainDocument(draft.xml),
      let kind = DeviceKind.controller.slotKind(of: document.root, libvirt: input.host.libvirt)
    {
      guard let place = slots.place(kind, for: nil, named: "the \(need.name.type) controller") else { return [] }
      slot = place.slot
      draft.replaceChild("address", attributes: place.slot.addressAttributes)
    }
    if let document = try? DomainDocument(draft.xml) { provided(document.root, on: lacking) }
    for side in lacking {
      steps.controllers.append(
        Step(
          .attach, .controller("\(need.name.type) \(need.name.index)"), kind: DeviceKind.controller.name, side: side,
          effect: side == .live || sides.contains(.live) || input.live == nil ? .live : .nextBoot, slot: slot,
          guestPath: slot.flatMap(guestPath), xml: draft.xml,
          reason: "'\(wanted.id)' needs a \(need.name.type) controller, and libvirt would choose one by itself"))
    }
    return sides
  }

  /// Counts a controller that a document names as a device.
  mutating func provided(_ controller: Element, on sides: [Side]) {
    if let name = ControllerName(controller) { addedControllers[name, default: []].formUnion(sides) }
    slots.addController(controller)
  }

  private struct Need {
    let name: ControllerName
    let model: String?
  }

  /// The controller that a device needs: the one that its address names, else one that there is, else number 0.
  private func need(of wanted: WantedDevice, _ element: Element) -> Need? {
    let need = wanted.kind.controller.first { $0.when?.holds(for: element, libvirt: input.host.libvirt) ?? true }
    guard let need else { return nil }
    if let address = wanted.address?.controller, address.type == need.type {
      return Need(name: address, model: need.model)
    }
    let known = input.sides.lazy.compactMap { side in
      input.definition(side)?.devices.first { $0.kind == .controller && $0.element.holds("type", need.type) }
    }.first
    return Need(name: ControllerName(type: need.type, index: known?.element.number("index") ?? 0), model: need.model)
  }

  private func has(_ need: Need, _ definition: DomainDefinition) -> Bool {
    definition.devices.contains { $0.kind == .controller && ControllerName($0.element) == need.name }
  }

  private func existing(_ need: Need) -> Device? {
    input.sides.lazy.compactMap { side in
      input.definition(side)?.devices.first { $0.kind == .controller && ControllerName($0.element) == need.name }
    }.first
  }

  private func draft(_ need: Need) -> ElementDraft {
    var draft = ElementDraft("controller")
    draft.set(attribute: "type", need.name.type)
    draft.set(attribute: "index", String(need.name.index))
    if let model = need.model { draft.set(attribute: "model", model) }
    return draft
  }
}
