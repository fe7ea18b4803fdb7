import TestSupport

/// A place of a document and what may stand there.
struct FieldChange: Sendable {
  let path: String
  let values: [String]

  /// Whether any device may have it.
  var isOfAny: Bool { ["alias", "boot", "rom"].contains { path.hasPrefix($0) } }

  /// A line for each place: `driver/@queues: 1 2 4`. `<>` is an element with nothing in it; and each place may be empty.
  static func table(_ lines: String) -> [FieldChange] {
    lines.split(separator: "\n").map { line in
      let words = line.split(separator: " ").map { $0 == "<>" ? "" : String($0) }
      return FieldChange(path: String(words[0].dropLast()), values: Array(words.dropFirst()))
    }
  }

  /// Puts another value there and says so; `nil` where there is none.
  func apply(to element: MutableElement, _ numbers: inout SeededNumbers) -> String? {
    let (holder, rest) = descend(element, &numbers)
    let old = holder.value(at: rest)
    // Parts of an address go by its type, and cells by the vCPUs: they are changed, not added.
    if old == nil, ["address/", "cpu/numa/", "maxMemory"].contains(where: path.hasPrefix) { return nil }
    let others = values.filter { $0 != old }
    let mayGo = old != nil && (others.isEmpty || numbers.once(in: 6))
    let new = mayGo ? nil : others.randomElement(using: &numbers)
    guard new != old else { return nil }
    holder.set(rest, to: new)
    return "\(path): \(FieldChange.shown(old)) to \(FieldChange.shown(new))"
  }

  private static func shown(_ value: String?) -> String { value.map { $0.isEmpty ? "<>" : $0 } ?? "nothing" }

  /// As far as the path leads before its last step, by any of several elements of a name.
  private func descend(
    _ element: MutableElement, _ numbers: inout SeededNumbers
  ) -> (holder: MutableElement, rest: String) {
    var holder = element
    var steps = path.split(separator: "/")[...]
    while steps.count > 1, let step = steps.first,
      let child = holder.children.filter({ $0.name == step }).randomElement(using: &numbers)
    {
      holder = child
      steps.removeFirst()
    }
    return (holder, steps.joined(separator: "/"))
  }
}
