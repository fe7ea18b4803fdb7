package import Vocabulary

/// One thing of a domain that its guest can see, as data: where it stands, how two values are compared, and who minds.
/// The rules of a device are with its kind, those of the domain in the room GuestABI; one interpreter reads both.
package struct ABIRule: Sendable {
  package enum Tier: String, Sendable, Hashable, CaseIterable, Codable {
    /// libvirt refuses the pair in migration and restore.
    case libvirt
    /// Compared by libvirt for a saved image and not for a migration: reported, without a say in the verdict.
    case volatile
    /// The guest can see it although libvirt's check passes over it.
    case guest
  }

  /// How two values are brought to one spelling before they are compared.
  package indirect enum Form: Sendable {
    case text
    /// Decimal or hexadecimal.
    case number
    /// An amount of memory; its unit is the element's `unit`, KiB where that is absent.
    case size
    case mac
    /// With or without hyphens, in either case.
    case uuid
    /// A set of CPUs or nodes.
    case set
    /// The element is there or not.
    case presence
    /// The element is there with at least one attribute.
    case stated
    /// The names of the element's children, in any order.
    case names
    /// The elements of the path's last name, in their order, each by these rules.
    case each([ABIRule])
    /// The texts of the elements of the path's last name, told apart by an attribute.
    case keyed(by: StaticString)
    /// Everything in the elements of the path's last name.
    case whole
    /// Worked out from several places of the domain.
    case derived(Derived)
  }

  package enum Derived: String, Sendable {
    /// `memory` without memory devices (`virDomainDefGetMemoryInitial`).
    case bootMemory
    /// Which virtual CPUs are online.
    case onlineCPUs
    /// In which order virtual CPUs were plugged.
    case cpuOrder
    /// The distance of every two NUMA cells.
    case distances
  }

  package let path: FieldPath
  package private(set) var form: Form
  package let tier: Tier
  /// The first libvirt that checks it; one before that passes over it. `nil`: all that are supported (9.0 and up).
  package let since: Version?
  /// What the absence of the place means.
  package let absent: String?
  /// What an element without the attribute means.
  package let bare: String?
  /// The rule applies only where this holds for both sides.
  package let when: Condition?
  /// A value counts only where this holds for its own side; it is absent otherwise.
  package let counted: Condition?
  package let why: String
  /// Where libvirt decides it; empty where it does not.
  package private(set) var source: String
  /// What the rule is listed under where several kinds have it.
  package private(set) var family: Family?

  /// Whether the guest can see it. Of what it cannot (a name, an index in libvirt's lists, a path of the host) two
  /// documents may differ and still be one machine to it: no part of a fingerprint.
  package let isSeen: Bool
  /// Whether the guest can tell the order of the elements.
  package let isOrdered: Bool

  package enum Family: String, Sendable, CaseIterable {
    /// Where a device sits.
    case device
    /// Options of virtio devices.
    case virtio
  }

  /// What libvirt checks.
  package static func libvirt(
    _ path: FieldPath, _ form: Form = .text, absent: String? = nil, bare: String? = nil, since: Version? = nil,
    when: Condition? = nil, counted: Condition? = nil, isSeen: Bool = true, isOrdered: Bool = true, why: String,
    source: String = ""
  ) -> ABIRule {
    ABIRule(
      path: path, form: form, tier: .libvirt, since: since, absent: absent, bare: bare, when: when, counted: counted,
      why: why, source: source, isSeen: isSeen, isOrdered: isOrdered)
  }

  /// What the guest sees and libvirt does not check.
  package static func guest(
    _ path: FieldPath, _ form: Form = .text, absent: String? = nil, bare: String? = nil, when: Condition? = nil,
    counted: Condition? = nil, isSeen: Bool = true, why: String
  ) -> ABIRule {
    ABIRule(
      path: path, form: form, tier: .guest, since: nil, absent: absent, bare: bare, when: when, counted: counted,
      why: why, source: "", isSeen: isSeen, isOrdered: true)
  }

  /// What libvirt compares for a saved image only.
  package static func volatile(_ path: FieldPath, _ form: Form, why: String, source: String) -> ABIRule {
    ABIRule(
      path: path, form: form, tier: .volatile, since: nil, absent: nil, bare: nil, when: nil, counted: nil, why: why,
      source: source, isSeen: false, isOrdered: true)
  }

  /// The same rule, decided by this function of libvirt's unless it names another.
  func checked(by function: String) -> ABIRule {
    guard tier == .libvirt, source.isEmpty else { return self }
    var rule = self
    rule.source = function
    if case .each(let rules) = form { rule.form = .each(rules.checked(by: function)) }
    return rule
  }

  func shared(by family: Family) -> ABIRule {
    var rule = self
    rule.family = family
    return rule
  }

  /// Who minds under a libvirt: what it does not check yet is between vmctl and the guest.
  package func tier(libvirt version: Version) -> Tier {
    guard tier == .libvirt, let since, version < since else { return tier }
    return .guest
  }
}

extension [ABIRule] {
  package func checked(by function: String) -> [ABIRule] { map { $0.checked(by: function) } }
}

/// Rules about one child of an element, or about its own attributes: where both sides spell that the same, none of
/// them can differ, and that is how nearly everything is compared.
package struct ABIRuleGroup: Sendable {
  /// `nil`: the element's own attributes.
  package let child: FieldPath?
  package let rules: [Entry]
  /// Looks at several children of the name, or at several names.
  package let looksFurther: Bool

  package struct Entry: Sendable {
    package let rule: ABIRule
    /// The rule's place as seen from the child; `nil` where only the rule itself can look.
    package let rest: FieldPath?
  }

  package static func groups(_ rules: [ABIRule]) -> [ABIRuleGroup] {
    var order: [String] = []
    var byChild: [String: [ABIRule]] = [:]
    for rule in rules {
      let first = rule.path.text.split(separator: "/").first.map(String.init) ?? ""
      let child = first.hasPrefix("@") ? "" : first
      if byChild[child] == nil { order.append(child) }
      byChild[child, default: []].append(rule)
    }
    return order.map { child in
      let rules = byChild[child] ?? []
      let looksFurther = rules.contains { $0.looksFurther(than: child) }
      return ABIRuleGroup(
        child: child.isEmpty ? nil : FieldPath(child),
        rules: rules.map { rule in
          let rest = child.isEmpty ? rule.path.text : String(rule.path.text.dropFirst(child.count + 1))
          return Entry(rule: rule, rest: rule.isPlain && !looksFurther ? FieldPath(rest) : nil)
        }, looksFurther: looksFurther)
    }
  }
}

extension ABIRule {
  /// Two sides that say the same bytes at its place cannot differ.
  package var isPlain: Bool {
    guard counted == nil else { return false }
    switch form {
    case .text, .number, .mac, .uuid, .set: return true
    case .size, .presence, .stated, .names, .each, .keyed, .whole, .derived: return false
    }
  }

  fileprivate func looksFurther(than child: String) -> Bool {
    switch form {
    case .each, .keyed, .whole: path.text == child
    case .derived(let derived): derived != .distances
    default: false
    }
  }
}
