import Control
import DomainXML
import GuestABI
import Vocabulary

extension ABIRuleDocument {
  /// All rules: the domain's, those that devices share, then each kind's own by name.
  static var all: [ABIRuleDocument] {
    domain + shared(.device) + shared(.virtio)
      + Catalogue.kinds.sorted { $0.name < $1.name }.flatMap { flat($0.abi.filter { $0.family == nil }, of: $0) }
  }

  /// What a word means: `domain`, what devices share, or a kind with all that applies to it.
  static func about(_ subject: String) -> [ABIRuleDocument] {
    if subject == "domain" { return domain }
    if let family = ABIRule.Family(rawValue: subject) { return shared(family) }
    guard let kind = Catalogue.kinds.first(where: { $0.name == subject }) else { return [] }
    return flat(kind.abi.filter { $0.family == nil }, of: kind)
      + kind.families.flatMap { shared($0) }
  }

  static var subjects: [String] {
    ["domain"] + ABIRule.Family.allCases.map(\.rawValue) + Catalogue.kinds.filter { !$0.abi.isEmpty }.map(\.name)
  }

  private static var domain: [ABIRuleDocument] {
    flat(DomainRules.all, subject: "domain", prefix: "")
      + flat(DomainRules.redirection, subject: "domain", prefix: "devices/")
  }

  private static func shared(_ family: ABIRule.Family) -> [ABIRuleDocument] {
    flat(family == .device ? .placement : .virtioOptions, subject: family.rawValue, prefix: "")
  }

  private static func flat(_ rules: [ABIRule], of kind: DeviceKind) -> [ABIRuleDocument] {
    flat(rules, subject: kind.name, prefix: "", kind)
  }

  private static func flat(
    _ rules: [ABIRule], subject: String, prefix: String, _ kind: DeviceKind? = nil
  ) -> [ABIRuleDocument] {
    rules.flatMap { rule in
      let path = prefix + rule.path.text
      // What libvirt does not look at at all it does not compare in parts either.
      let isCompared = kind?.libvirtCompares ?? true
      let document = ABIRuleDocument(
        rule: "\(subject)/\(path)", subject: subject, path: path, comparison: rule.form.words,
        tier: isCompared ? rule.tier.rawValue : ABIRule.Tier.guest.rawValue,
        since: isCompared ? (rule.since ?? kind?.since).map(String.init(describing:)) : nil, absent: rule.absent,
        when: conditions(rule), why: rule.why, source: isCompared && !rule.source.isEmpty ? rule.source : nil)
      guard case .each(let parts) = rule.form else { return [document] }
      return [document] + flat(parts, subject: subject, prefix: path + "/", kind)
    }
  }

  private static func conditions(_ rule: ABIRule) -> String? {
    let words = [rule.when.map(\.words), rule.counted.map { "counts where " + $0.words }].compactMap { $0 }
    return words.isEmpty ? nil : words.joined(separator: "; ")
  }
}

extension DeviceKind {
  /// What the kind shares with others.
  var families: [ABIRule.Family] {
    ABIRule.Family.allCases.filter { family in abi.contains { $0.family == family } }
  }
}

extension ABIRule.Form {
  /// How values are compared, in words.
  fileprivate var words: String {
    switch self {
    case .text: "text"
    case .number: "number, decimal or hexadecimal"
    case .size: "amount of memory, by its unit"
    case .mac: "MAC address, in any case"
    case .uuid: "UUID, in any case"
    case .set: "set of numbers"
    case .presence: "there or not"
    case .stated: "there with an attribute or not"
    case .names: "names of its elements, in any order"
    case .each: "number and order of the elements"
    case .keyed(let key): "text of each by its \(key)"
    case .whole: "everything in it"
    case .derived(let derived): derived.words
    }
  }
}

extension ABIRule.Derived {
  fileprivate var words: String {
    switch self {
    case .bootMemory: "memory less that of memory devices"
    case .onlineCPUs: "set of CPUs that are online"
    case .cpuOrder: "order of each CPU"
    case .distances: "distance of every two cells; 10 to itself and 20 to others where none is given"
    }
  }
}
