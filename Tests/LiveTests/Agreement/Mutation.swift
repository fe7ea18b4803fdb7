import DomainXML
import TestSupport

/// Something to be done to a domain's document at random.
struct Mutation: Sendable {
  /// Values that stand somewhere in the samples, by the name of the element and the attribute.
  typealias Words = [String: Set<String>]

  /// How often, beside the others.
  let weight: Int
  /// Says what it did; `nil` where the document has no place for it.
  let apply: @Sendable (MutableElement, inout SeededNumbers, Words) -> String?

  /// Changes one thing of a document and says what.
  static func change(
    _ domain: MutableElement, _ numbers: inout SeededNumbers, _ words: Words, onlyUnchecked: Bool
  ) -> String {
    for _ in 0..<50 {
      let apply = onlyUnchecked ? changeUnchecked : all.randomElement(using: &numbers)?.apply
      if let what = apply?(domain, &numbers, words) { return what }
    }
    return "nothing"
  }

  /// Each as often as it weighs.
  private static let all = kinds.flatMap { Array(repeating: $0, count: $0.weight) }

  private static let kinds = [
    Mutation(weight: 12) { domain, numbers, _ in
      FieldChange.domain.randomElement(using: &numbers)?.apply(to: domain, &numbers)
    },
    Mutation(weight: 20, apply: changeDevice),
    Mutation(weight: 3, apply: changeUnchecked),
    Mutation(weight: 3, apply: addDevice),
    Mutation(weight: 5, apply: replaceDevice),
    Mutation(weight: 3, apply: swapDevices),
    Mutation(weight: 2, apply: swapAddresses),
    Mutation(weight: 2, apply: swapChildren),
    Mutation(weight: 2, apply: replaceSection),
    Mutation(weight: 1, apply: resize),
    Mutation(weight: 1, apply: replaceTopology),
    Mutation(weight: 2, apply: changeCells),
    Mutation(weight: 3) { domain, numbers, _ in
      guard let device = anyDevice(domain, &numbers) else { return nil }
      domain.child("devices")?.children.removeAll { $0 === device }
      return "\(device.name) removed"
    },
    Mutation(weight: 1) { domain, numbers, _ in
      guard let device = anyDevice(domain, &numbers), device.has("address") else { return nil }
      device.set("address", to: nil)
      return "\(device.name) address: left to libvirt"
    },
    Mutation(weight: 1) { domain, numbers, _ in
      guard let parent = domain.all.filter({ !$0.children.isEmpty }).randomElement(using: &numbers),
        let child = parent.children.randomElement(using: &numbers)
      else { return nil }
      parent.children.removeAll { $0 === child }
      return "\(parent.name)/\(child.name) removed"
    },
    Mutation(weight: 5) { domain, numbers, words in
      guard let element = domain.all.filter({ !$0.attributes.isEmpty }).randomElement(using: &numbers),
        let attribute = element.attributes.randomElement(using: &numbers),
        let others = words["\(element.name)/@\(attribute.name)"]?.subtracting([attribute.value]).sorted()
      else { return nil }
      let word = numbers.once(in: 6) ? nil : others.randomElement(using: &numbers)
      element[attribute.name] = word
      return "\(element.name)/@\(attribute.name): \(attribute.value) to \(word ?? "nothing")"
    },
  ]
}
