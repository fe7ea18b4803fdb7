package import DomainXML
import Vocabulary

/// A field that a document states and a device does not have so.
package struct FieldDifference: Sendable, Hashable {
  package let path: FieldPath
  package let wanted: String
  package let found: String?
}

/// Compares what is stated with what is: intent is a lower bound, so what a document leaves out is no difference.
package enum Differ {
  /// Fields of `wanted` that `device` does not have so, after the catalogue's normalising.
  package static func differences(wanted: Element, device: Element, kind: DeviceKind) -> [FieldDifference] {
    var found: [FieldDifference] = []
    compare(wanted, device, kind, prefix: "", &found)
    return found
  }

  private static func compare(
    _ wanted: Element, _ device: Element, _ kind: DeviceKind, prefix: String, _ found: inout [FieldDifference]
  ) {
    for (name, value) in wanted.attributes {
      check(value, device.attribute(named: name), FieldPath(prefix + "@" + name), kind, &found)
    }
    if !wanted.hasChildren {
      let text = wanted.trimmedText
      if !text.isEmpty { check(text, device.trimmedText, FieldPath(String(prefix.dropLast())), kind, &found) }
    }
    var seen: [String: Int] = [:]
    for child in wanted.children {
      let name = child.name
      let place = seen[name, default: 0]
      seen[name] = place + 1
      let path = prefix + name + "/"
      if let counterpart = nth(place, name, of: device) {
        compare(child, counterpart, kind, prefix: path, &found)
      } else {
        missing(child, kind, prefix: path, &found)
      }
    }
  }

  /// A wanted element that the device lacks: each value in it is a difference; an empty element is one by itself.
  private static func missing(
    _ wanted: Element, _ kind: DeviceKind, prefix: String, _ found: inout [FieldDifference]
  ) {
    let before = found.count
    for (name, value) in wanted.attributes { check(value, nil, FieldPath(prefix + "@" + name), kind, &found) }
    let text = wanted.hasChildren ? "" : wanted.trimmedText
    if !text.isEmpty { check(text, nil, FieldPath(String(prefix.dropLast())), kind, &found) }
    for child in wanted.children { missing(child, kind, prefix: prefix + child.name + "/", &found) }
    if found.count == before {
      found.append(FieldDifference(path: FieldPath(String(prefix.dropLast())), wanted: "", found: nil))
    }
  }

  private static func check(
    _ wanted: String, _ value: String?, _ path: FieldPath, _ kind: DeviceKind, _ found: inout [FieldDifference]
  ) {
    if wanted == value { return }
    let field = kind.field(at: path)
    let form = field?.form ?? .text
    if let value, field?.resolutions[wanted]?.contains(value) ?? false { return }
    if let value, form.normalised(value) == form.normalised(wanted) { return }
    found.append(FieldDifference(path: path, wanted: wanted, found: value))
  }

  private static func nth(_ place: Int, _ name: String, of element: Element) -> Element? {
    var count = 0
    for child in element.children where child.name == name {
      if count == place { return child }
      count += 1
    }
    return nil
  }
}
