import DomainXML
import Vocabulary

/// Holds two elements against the rules about them. In nearly all of two documents both sides are spelled the same,
/// and then nothing is read.
struct RuleReader {
  enum Purpose {
    /// Every difference, with words.
    case findings
    /// Whether there is one that libvirt minds, and nothing else.
    case libvirtOnly
  }

  let purpose: Purpose
  let libvirt: Version
  private(set) var findings: [ABIFinding] = []
  private(set) var differs = false

  init(_ purpose: Purpose, libvirt: Version) {
    self.purpose = purpose
    self.libvirt = libvirt
  }

  /// `place` is asked for only where something differs.
  mutating func compare(
    _ source: Element, _ target: Element, _ groups: [ABIRuleGroup], subject: String, place: () -> String
  ) {
    for group in groups {
      if purpose == .libvirtOnly, differs { return }
      // Where a group looks at one child, what both say the same there needs no further look.
      var child: (source: Element, target: Element)?
      if !group.looksFurther {
        if let path = group.child {
          switch (source.element(at: path), target.element(at: path)) {
          case (nil, nil): continue
          case (let one?, let other?):
            if one.isSpelled(as: other) { continue }
            child = (one, other)
          default: break
          }
        } else {
          if source.isTagged(as: target) { continue }
          child = (source, target)
        }
      }
      for entry in group.rules {
        if let child, let rest = entry.rest, child.source.hasSame(rest, as: child.target) { continue }
        compare(source, target, entry.rule, subject, place)
      }
    }
  }

  private mutating func compare(
    _ source: Element, _ target: Element, _ rule: ABIRule, _ subject: String, _ place: () -> String
  ) {
    let tier = rule.tier(libvirt: libvirt)
    if purpose == .libvirtOnly, tier != .libvirt { return }
    if let when = rule.when, !when.holds(for: source, libvirt: nil) || !when.holds(for: target, libvirt: nil) {
      return
    }
    switch rule.form {
    case .each(let rules):
      each(rules, rule, tier, source, target, subject, place)
    case .keyed(let key):
      keyed(by: key, rule, tier, source, target, subject, place)
    case .whole:
      let (own, theirs) = (source.elements(at: rule.path), target.elements(at: rule.path))
      if own.count == theirs.count, zip(own, theirs).allSatisfy({ $0.isSpelled(as: $1) }) { return }
      let (one, other) = (own.map(\.canonicalForm.shown), theirs.map(\.canonicalForm.shown))
      if one != other {
        note(rule, tier, one.isEmpty ? nil : one.joined(), other.isEmpty ? nil : other.joined(), subject, place)
      }
    case .derived(let derived):
      guard let (one, other) = DerivedValues.difference(derived, source, target) else { return }
      note(rule, tier, one, other, subject, place)
    default:
      let (one, other) = (RuleValue.of(source, rule), RuleValue.of(target, rule))
      if one != other { note(rule, tier, one, other, subject, place) }
    }
  }

  private mutating func each(
    _ rules: [ABIRule], _ rule: ABIRule, _ tier: ABIRule.Tier, _ source: Element, _ target: Element,
    _ subject: String, _ place: () -> String
  ) {
    let (own, theirs) = (source.elements(at: rule.path), target.elements(at: rule.path))
    if own.count != theirs.count {
      let (one, other) = RuleReader.unlike(own, theirs)
      note(rule, tier, one, other, subject, place)
      return
    }
    for (index, (one, other)) in zip(own, theirs).enumerated() where !one.isSpelled(as: other) {
      for part in rules where !(part.isPlain && one.hasSame(part.path, as: other)) {
        compare(one, other, part, "\(subject)/\(rule.path)") {
          let start = place()
          return (start.isEmpty ? "" : start + "/") + "\(rule.path)[\(index + 1)]"
        }
      }
    }
  }

  /// How many each side has, and of entries with names those that the other has not or has otherwise.
  private static func unlike(_ own: [Element], _ theirs: [Element]) -> (String, String) {
    func entries(_ elements: [Element]) -> [String] {
      elements.compactMap { element in
        element["name"].map { name in [element["policy"], name].compactMap { $0 }.joined(separator: " ") }
      }
    }
    let (mine, others) = (entries(own), entries(theirs))
    guard mine.count == own.count, others.count == theirs.count else {
      return (String(own.count), String(theirs.count))
    }
    func words(_ entries: [String], _ other: [String]) -> String {
      let other = Set(other)
      let unlike = entries.filter { !other.contains($0) }
      return unlike.isEmpty ? "\(entries.count)" : "\(entries.count): " + unlike.joined(separator: ", ")
    }
    return (words(mine, others), words(others, mine))
  }

  private mutating func keyed(
    by key: StaticString, _ rule: ABIRule, _ tier: ABIRule.Tier, _ source: Element, _ target: Element,
    _ subject: String, _ place: () -> String
  ) {
    var own: [String: String] = [:]
    var theirs: [String: String] = [:]
    for element in source.elements(at: rule.path) { own[element[key] ?? ""] = element.text }
    for element in target.elements(at: rule.path) { theirs[element[key] ?? ""] = element.text }
    for name in Set(own.keys).union(theirs.keys).sorted() where own[name] != theirs[name] {
      note(rule, tier, own[name], theirs[name], subject, place, suffix: "[\(name)]")
    }
  }

  private mutating func note(
    _ rule: ABIRule, _ tier: ABIRule.Tier, _ source: String?, _ target: String?, _ subject: String,
    _ place: () -> String, suffix: String = ""
  ) {
    if tier == .libvirt { differs = true }
    guard purpose == .findings else { return }
    let start = place()
    findings.append(
      ABIFinding(
        path: (start.isEmpty ? "" : start + "/") + rule.path.text + suffix,
        rule: "\(rule.family?.rawValue ?? subject)/\(rule.path)",
        source: source, target: target, tier: tier, why: rule.why))
  }
}
