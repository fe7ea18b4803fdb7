import DomainXML
import TestSupport

/// What is done to devices.
extension Mutation {
  /// Of any kind that is there: most devices of a machine are its ports.
  static func anyDevice(_ domain: MutableElement, _ numbers: inout SeededNumbers) -> MutableElement? {
    let devices = domain.child("devices")?.children.filter { $0.name != "emulator" } ?? []
    let kind = Set(devices.map(\.name)).sorted().randomElement(using: &numbers)
    return devices.filter { $0.name == kind }.randomElement(using: &numbers)
  }

  static func changeDevice(_ domain: MutableElement, _ numbers: inout SeededNumbers, _: Words) -> String? {
    guard let device = anyDevice(domain, &numbers) else { return nil }
    var changes = FieldChange.devices[device.name] ?? []
    if let type = device["type"] { changes += FieldChange.devices["\(device.name) \(type)"] ?? [] }
    if changes.isEmpty || numbers.once(in: 3) { changes = FieldChange.device }
    return changes.randomElement(using: &numbers)?.apply(to: device, &numbers).map { "\(device.name) \($0)" }
  }

  /// What libvirt's check passes over; it says itself whether it does.
  static func changeUnchecked(_ domain: MutableElement, _ numbers: inout SeededNumbers, _: Words) -> String? {
    if numbers.once(in: 3) { return FieldChange.host.randomElement(using: &numbers)?.apply(to: domain, &numbers) }
    guard let device = anyDevice(domain, &numbers), let change = FieldChange.unchecked.randomElement(using: &numbers)
    else { return nil }
    // Elsewhere it would only be refused.
    guard change.isOfAny || change.path.split(separator: "/").first.map({ device.has($0) }) ?? false else { return nil }
    return change.apply(to: device, &numbers).map { "\(device.name) \($0)" }
  }

  /// Of a sample, or a second one of what is there already.
  static func addDevice(_ domain: MutableElement, _ numbers: inout SeededNumbers, _: Words) -> String? {
    let copied = anyDevice(domain, &numbers).map { [$0.xml] } ?? []
    guard let device = sample(numbers.once(in: 3) ? copied : samples, &numbers) else { return nil }
    device.set("address", to: nil)
    if device.name == "controller", numbers.once(in: 2) { device["index"] = nil }
    let devices = domain.child("devices")
    devices?.children.insert(device, at: Int.random(in: 0...(devices?.children.count ?? 0), using: &numbers))
    return "\(device.name) added"
  }

  /// By a sample of the kind: fields that only go together change together.
  static func replaceDevice(_ domain: MutableElement, _ numbers: inout SeededNumbers, _: Words) -> String? {
    guard let device = anyDevice(domain, &numbers), let devices = domain.child("devices"),
      let place = devices.children.firstIndex(where: { $0 === device }),
      let other = sample(samples.filter { $0.hasPrefix("<\(device.name)") }, &numbers), other.name == device.name
    else { return nil }
    // What tells it from others stays, for there may be others like the sample.
    for key in ["address", "mac", "target"] where numbers.once(in: 2) {
      if let child = device.child(key) {
        other.set(key, to: nil)
        other.children.append(child)
      }
    }
    devices.children[place] = other
    return "\(device.name): another"
  }

  private static let samples =
    SampleDevices.any + SampleDevices.choices.joined() + SampleDevices.q35 + SampleDevices.i440fx + SampleDevices.memory

  private static func sample(_ samples: [String], _ numbers: inout SeededNumbers) -> MutableElement? {
    guard let text = samples.randomElement(using: &numbers) else { return nil }
    do { return try MutableElement(parsing: "<some>\(text)</some>").children.first } catch { return nil }
  }

  /// Two of a kind more often than two of any.
  static func swapDevices(_ domain: MutableElement, _ numbers: inout SeededNumbers, _: Words) -> String? {
    guard let devices = domain.child("devices"), let first = anyDevice(domain, &numbers) else { return nil }
    let mustBeSame = !numbers.once(in: 4)
    let places = devices.children.indices.filter { index in
      devices.children[index] !== first && (!mustBeSame || devices.children[index].name == first.name)
    }
    guard let here = devices.children.firstIndex(where: { $0 === first }),
      let there = places.randomElement(using: &numbers)
    else { return nil }
    devices.children.swapAt(here, there)
    return "\(first.name) and \(devices.children[here].name) change places"
  }

  /// Two devices that sit on the same sort of bus.
  static func swapAddresses(_ domain: MutableElement, _ numbers: inout SeededNumbers, _: Words) -> String? {
    guard let first = anyDevice(domain, &numbers), let type = first.value(at: "address/@type") else { return nil }
    let others = domain.child("devices")?.children.filter { $0 !== first && $0.value(at: "address/@type") == type }
    guard let second = others?.randomElement(using: &numbers) else { return nil }
    let (one, other) = (first.child("address"), second.child("address"))
    for (device, address) in [(first, other), (second, one)] {
      device.set("address", to: nil)
      if let address { device.children.append(address) }
    }
    return "\(first.name) and \(second.name) change \(type) addresses"
  }
}
