package import DomainXML
import Vocabulary

/// A field that a device or a domain has otherwise on its two sides.
package struct SideDifference: Sendable, Hashable {
  /// As the catalogue names it.
  package let path: FieldPath
  /// The same with which one of several it is in: `feature[vmx]/@policy`.
  package let name: String
  package let live: String?
  package let persistent: String?
  /// The live value is what libvirt made of the persistent one.
  package let isResolution: Bool
}

extension Differ {
  /// Fields in which the sides differ, after the catalogue's normalising. `besides`: children that are left out.
  package static func differences(
    live: Element, persistent: Element, kind: DeviceKind, besides: Set<String> = []
  ) -> [SideDifference] {
    if besides.isEmpty, live.states(persistent), persistent.states(live) { return [] }
    var comparison = SideComparison(kind: kind, besides: besides)
    comparison.compare(live, persistent, path: "", name: "")
    return comparison.found
  }

  /// Every field of an element with its value; `""` for an element that is there and says no more.
  package static func fields(of element: Element, kind: DeviceKind) -> [SideDifference] {
    var comparison = SideComparison(kind: kind, besides: [])
    comparison.compare(element, nil, path: "", name: "")
    return comparison.found
  }
}

/// Walks two elements side by side, either of which may be missing.
private struct SideComparison {
  let kind: DeviceKind
  let besides: Set<String>
  var found: [SideDifference] = []

  /// `path` and `name` end in a slash, or are empty for the device itself.
  mutating func compare(_ live: Element?, _ persistent: Element?, path: String, name: String) {
    // Most of what is in a device is the same on both sides.
    if !path.isEmpty, let live, let persistent, live.states(persistent), persistent.states(live) { return }
    let before = found.count
    var seen: Set<String> = []
    for attribute in (live?.attributes ?? []) + (persistent?.attributes ?? [])
    where seen.insert(attribute.name).inserted {
      if let live, let persistent, Differ.isUnit(attribute.name, live, persistent) { continue }
      note(
        live?.attribute(named: attribute.name), persistent?.attribute(named: attribute.name),
        path: path + "@" + attribute.name, name: name + "@" + attribute.name)
    }
    compareText(live, persistent, path: path, name: name)
    compareChildren(live, persistent, path: path, name: name)
    // An element that says no more than that it is there.
    if found.count == before, live == nil || persistent == nil, !path.isEmpty {
      note(
        live.map { _ in "" }, persistent.map { _ in "" }, path: String(path.dropLast()), name: String(name.dropLast()))
    }
  }

  private mutating func compareText(_ live: Element?, _ persistent: Element?, path: String, name: String) {
    func text(_ element: Element?) -> String? {
      guard let element, !element.hasChildren, !element.trimmedText.isEmpty else { return nil }
      return element.trimmedText
    }
    let (now, later) = (text(live), text(persistent))
    if let live, let persistent, let now, let later, let amount = Differ.scaled(now, live["unit"]),
      amount == Differ.scaled(later, persistent["unit"])
    {
      return
    }
    note(now, later, path: String(path.dropLast()), name: String(name.dropLast()))
  }

  private mutating func compareChildren(_ live: Element?, _ persistent: Element?, path: String, name: String) {
    let now = Dictionary(grouping: live.map { Array($0.children) } ?? [], by: \.name)
    let later = Dictionary(grouping: persistent.map { Array($0.children) } ?? [], by: \.name)
    var seen: Set<String> = path.isEmpty ? besides : []
    let all = (live.map { Array($0.children) } ?? []) + (persistent.map { Array($0.children) } ?? [])
    for child in all.map(\.name) where seen.insert(child).inserted {
      for pair in SideComparison.pairs(now[child] ?? [], later[child] ?? []) {
        let label = pair.label.map { "\(child)[\($0)]/" } ?? child + "/"
        compare(pair.live, pair.persistent, path: path + child + "/", name: name + label)
      }
    }
  }

  private struct Pair {
    let label: String?
    let live: Element?
    let persistent: Element?
  }

  /// Elements of one name: by what they call themselves, else by their order.
  private static func pairs(_ live: [Element], _ persistent: [Element]) -> [Pair] {
    if live.count <= 1, persistent.count <= 1 {
      return [Pair(label: nil, live: live.first, persistent: persistent.first)]
    }
    let names = [live, persistent].map { $0.compactMap { $0["name"] } }
    let areNamed = zip(names, [live, persistent]).allSatisfy { $0.count == $1.count && Set($0).count == $0.count }
    if areNamed {
      let own = names[0] + names[1].filter { !names[0].contains($0) }
      return own.map { name in
        Pair(
          label: name, live: live.first { $0["name"] == name }, persistent: persistent.first { $0["name"] == name })
      }
    }
    return (0..<max(live.count, persistent.count)).map { place in
      Pair(
        label: String(place + 1), live: place < live.count ? live[place] : nil,
        persistent: place < persistent.count ? persistent[place] : nil)
    }
  }

  private mutating func note(_ live: String?, _ persistent: String?, path: String, name: String) {
    if live == persistent { return }
    let field = FieldPath(path)
    // What libvirt means by a field that it does not print is no difference from its being printed.
    let absent = kind.field(at: field)?.absent
    var isResolution = false
    if let now = live ?? absent, let later = persistent ?? absent {
      if Differ.isSpelledAlike(now, later, field, kind) { return }
      isResolution = Differ.isResolution(of: later, now, field, kind)
    }
    found.append(
      SideDifference(path: field, name: name, live: live, persistent: persistent, isResolution: isResolution))
  }
}
