package import DomainXML
import Vocabulary

/// A field that a document states and a device does not have so.
package struct FieldDifference: Sendable, Hashable {
  package let path: FieldPath
  package let wanted: String
  package let found: String?

  package init(path: FieldPath, wanted: String, found: String?) {
    self.path = path
    self.wanted = wanted
    self.found = found
  }
}

/// Compares what is stated with what is: intent is a lower bound, so what a document leaves out is no difference.
package enum Differ {
  /// Fields of `wanted` that `device` does not have so, after the catalogue's normalising.
  package static func differences(wanted: Element, device: Element, kind: DeviceKind) -> [FieldDifference] {
    if device.states(wanted) { return [] }
    var found: [FieldDifference] = []
    compare(wanted, device, kind, prefix: "", &found)
    return found
  }

  private static func compare(
    _ wanted: Element, _ device: Element, _ kind: DeviceKind, prefix: String, _ found: inout [FieldDifference]
  ) {
    for (name, value) in wanted.attributes where !isUnit(name, wanted, device) {
      check(value, device.attribute(named: name), FieldPath(prefix + "@" + name), kind, &found)
    }
    if !wanted.hasChildren { compareText(wanted, device, kind, prefix: prefix, &found) }
    let counterparts = Dictionary(grouping: device.children, by: \.name)
    var seen: [String: Int] = [:]
    for child in wanted.children {
      let name = child.name
      let place = seen[name, default: 0]
      seen[name] = place + 1
      let path = prefix + name + "/"
      if let same = counterparts[name], place < same.count {
        compare(child, same[place], kind, prefix: path, &found)
      } else {
        missing(child, kind, prefix: path, &found)
      }
    }
  }

  private static func compareText(
    _ wanted: Element, _ device: Element, _ kind: DeviceKind, prefix: String, _ found: inout [FieldDifference]
  ) {
    let text = wanted.trimmedText
    if text.isEmpty { return }
    let value = device.trimmedText
    if isUnit("unit", wanted, device), let amount = scaled(text, wanted["unit"]) {
      if amount == scaled(value, device["unit"]) { return }
      // libvirt prints KiB, and what is set goes into what it printed.
      if device["unit"] == "KiB" {
        return check(String(amount / 1024), value, FieldPath(String(prefix.dropLast())), kind, &found)
      }
    }
    check(text, value, FieldPath(String(prefix.dropLast())), kind, &found)
  }

  /// Whether an attribute is the unit of an amount of memory that both sides write out: libvirt prints its own.
  static func isUnit(_ name: String, _ wanted: Element, _ device: Element) -> Bool {
    name == "unit" && scaled(wanted.trimmedText, wanted["unit"]) != nil
      && scaled(device.trimmedText, device["unit"]) != nil
  }

  /// Bytes. libvirt's units: `KB` is 1000, `K` and `KiB` are 1024.
  static func scaled(_ number: String, _ unit: String?) -> UInt64? {
    guard let number = parseNumber(number), let unit else { return nil }
    let factors: [String: UInt64] = [
      "b": 1, "bytes": 1, "KB": 1000, "k": 1 << 10, "K": 1 << 10, "KiB": 1 << 10, "MB": 1_000_000, "M": 1 << 20,
      "MiB": 1 << 20, "GB": 1_000_000_000, "G": 1 << 30, "GiB": 1 << 30, "TB": 1_000_000_000_000, "T": 1 << 40,
      "TiB": 1 << 40,
    ]
    guard let factor = factors[unit] else { return nil }
    let (bytes, overflow) = number.multipliedReportingOverflow(by: factor)
    return overflow ? nil : bytes
  }

  /// A wanted element that the device lacks: each value in it is a difference; an empty element is one by itself.
  private static func missing(
    _ wanted: Element, _ kind: DeviceKind, prefix: String, _ found: inout [FieldDifference]
  ) {
    for (name, value) in wanted.attributes { check(value, nil, FieldPath(prefix + "@" + name), kind, &found) }
    let text = wanted.hasChildren ? "" : wanted.trimmedText
    if !text.isEmpty { check(text, nil, FieldPath(String(prefix.dropLast())), kind, &found) }
    for child in wanted.children { missing(child, kind, prefix: prefix + child.name + "/", &found) }
    if wanted.attributes.isEmpty, text.isEmpty, !wanted.hasChildren {
      found.append(FieldDifference(path: FieldPath(String(prefix.dropLast())), wanted: "", found: nil))
    }
  }

  private static func check(
    _ wanted: String, _ value: String?, _ path: FieldPath, _ kind: DeviceKind, _ found: inout [FieldDifference]
  ) {
    if let value = value ?? kind.field(at: path)?.absent,
      isSpelledAlike(wanted, value, path, kind) || isResolution(of: wanted, value, path, kind)
    {
      return
    }
    found.append(FieldDifference(path: path, wanted: wanted, found: value))
  }

  /// Two spellings of one value, after the catalogue's normalising.
  package static func isSpelledAlike(_ one: String, _ other: String, _ path: FieldPath, _ kind: DeviceKind) -> Bool {
    if one == other { return true }
    let form = kind.field(at: path)?.form ?? generalForm(one, other)
    return form.normalised(one) == form.normalised(other)
  }

  /// Whether `value` is what libvirt makes of a stated one while the domain runs.
  package static func isResolution(of stated: String, _ value: String, _ path: FieldPath, _ kind: DeviceKind) -> Bool {
    kind.field(at: path)?.resolutions[stated]?.contains(value) ?? false
  }

  /// Of a field that the catalogue does not know: libvirt prints addresses in hexadecimal, whatever was given.
  private static func generalForm(_ wanted: String, _ value: String) -> ValueForm {
    wanted.hasPrefix("0x") || value.hasPrefix("0x") ? .number : .text
  }
}
