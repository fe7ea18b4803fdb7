package import DomainXML
package import Intent
import Vocabulary

/// Which devices of a target document are which of a domain's, for `plan --target`.
///
/// The devices of all documents get ids; those that the domain has are stated as if the ids had been applied, so
/// the same planner that compares a document with a domain compares two domain documents.
package struct TargetMatch {
  package private(set) var wanted: [WantedDevice] = []
  /// The domain's devices under their ids, as if a document had named them.
  package private(set) var bindings: [ManagedState.Binding] = []
  /// Devices that cannot be told apart from others of their kind.
  package private(set) var refused: [Refusal] = []
  /// Devices that nothing can name and that are as the target has them.
  package private(set) var unchangedApart = 0

  /// One device, wherever it is.
  private struct Match {
    var target: Device?
    var live: Device?
    var persistent: Device?

    var all: [Device] { [live, persistent, target].compactMap { $0 } }
    var present: [Device] { [live, persistent].compactMap { $0 } }
  }

  private var taken: Set<DeviceID> = []

  /// Throws where a device of the target is no XML by itself, which a document that was read never is.
  package init(
    target: DomainDefinition, live: DomainDefinition?, persistent: DomainDefinition?, managed: ManagedState
  ) throws(XMLFault) {
    let isRunning = target.root["id"] != nil
    var matches: [Match] = TargetMatch.devices(of: live).map { Match(live: $0) }
    TargetMatch.match(TargetMatch.devices(of: persistent), into: &matches, \.persistent)
    TargetMatch.match(TargetMatch.devices(of: target), into: &matches, \.target)
    for match in matches { if let id = match.all.lazy.compactMap(\.id).first { taken.insert(id) } }
    var places: [String: Int] = [:]
    for match in matches {
      guard let kind = match.all.first?.kind.name else { continue }
      let place = places[kind, default: 0]
      places[kind] = place + 1
      let id = match.all.lazy.compactMap(\.id).first ?? newID(match, kind, place)
      let wish = try match.target.map { (device) throws(XMLFault) in
        try WantedDevice(id: id, target: device, isRunning: isRunning, path: "target.\(kind)[\(place)]")
      }
      if match.present.isEmpty {
        if let wish { wanted.append(wish) }
      } else if let binding = TargetMatch.binding(id, match, live, persistent, managed) {
        bindings.append(binding)
        if let wish { wanted.append(wish) }
      } else {
        apart(match, wish, kind)
      }
    }
    // A device may sit on a controller that the target adds too.
    let controllers = wanted.filter { $0.kind == .controller }
    wanted = controllers + wanted.filter { $0.kind != .controller }
  }

  /// Without the silent audio backend, which libvirt adds and drops by itself.
  private static func devices(of definition: DomainDefinition?) -> [Device] {
    (definition?.devices ?? []).filter { $0.kind.name != "audio" || $0.element["type"] != "none" }
  }

  /// Without an id that planning can find it by, a device can only be looked at.
  private mutating func apart(_ match: Match, _ wish: WantedDevice?, _ kind: String) {
    if let element = wish?.element,
      match.present.allSatisfy({ Differ.differences(wanted: element, device: $0.element, kind: $0.kind).isEmpty })
    {
      unchangedApart += 1
      return
    }
    refused.append(
      Refusal(
        "ambiguous-device", target: .controller(kind), wanted: wish == nil ? "removed" : "changed",
        found: match.present.first?.element.source.shown,
        reason: "nothing tells this \(kind) from the others of the domain",
        wouldTake: "give it an alias of its own (ua-…) when it is attached"))
  }

  // MARK: Which is which

  /// By what is surest first: alias, natural key, place, equal content; last, where one of a kind is left on either
  /// side, that one.
  private static func match(
    _ devices: [Device], into matches: inout [Match], _ side: WritableKeyPath<Match, Device?>
  ) {
    var left = devices
    let rules: [(Device, Device) -> Bool] = [
      { $0.id != nil && $0.id == $1.id },
      { $0.naturalKey != nil && $0.naturalKey == $1.naturalKey },
      { !Set($0.naturalKeys).isDisjoint(with: $1.naturalKeys) },
      { $0.naturalKey == nil && $0.slot != nil && $0.slot == $1.slot },
      { $0.naturalKey == nil && $1.naturalKey == nil && content($0) == content($1) },
    ]
    for rule in rules {
      left.removeAll { device in
        let place = matches.firstIndex { match in
          match[keyPath: side] == nil && match.all.contains { $0.kind.name == device.kind.name && rule(device, $0) }
        }
        if let place { matches[place][keyPath: side] = device }
        return place != nil
      }
    }
    for device in left {
      let open = matches.indices.filter { index in
        matches[index][keyPath: side] == nil && matches[index].all.first?.kind.name == device.kind.name
          && matches[index].all.allSatisfy { $0.naturalKey == nil }
      }
      let alike = left.filter { $0.kind.name == device.kind.name && $0.naturalKey == nil }
      if device.naturalKey == nil, open.count == 1, alike.count == 1 {
        matches[open[0]][keyPath: side] = device
      } else {
        var match = Match()
        match[keyPath: side] = device
        matches.append(match)
      }
    }
  }

  private static func content(_ device: Device) -> XMLText {
    var draft = ElementDraft(device.element)
    for child in ["alias", "address", "boot"] { draft.removeChildren(named: child) }
    guard let document = try? DomainDocument(draft.xml) else { return device.element.source }
    return document.root.canonicalForm
  }

  // MARK: Names

  /// A binding that leads to this very device on each side that has it; `nil` where there is none.
  private static func binding(
    _ id: DeviceID, _ match: Match, _ live: DomainDefinition?, _ persistent: DomainDefinition?,
    _ managed: ManagedState
  ) -> ManagedState.Binding? {
    let known = managed.binding(of: id)
    let keys = [(live, match.live), (persistent, match.persistent)].compactMap { definition, device in
      definition.flatMap { device?.bindingKey(in: $0) }
    }
    let aliases = match.present.compactMap(\.alias)
    let key = keys.first
    var candidates = [ManagedState.Binding(id: id, key: key)]
    candidates += aliases.map { ManagedState.Binding(id: id, alias: $0, key: key) }
    candidates += aliases.map { ManagedState.Binding(id: id, alias: $0) }
    return candidates.first { candidate in
      [(live, match.live), (persistent, match.persistent)].allSatisfy { definition, device in
        guard let definition else { return true }
        return Planner.device(of: candidate, in: definition)?.element.range == device?.element.range
      }
    }.map { candidate in
      var binding = candidate
      binding.isProtected = known?.isProtected ?? false
      return binding
    }
  }

  /// `disk-vdb`, `interface-52-54-00-12-34-56`, `watchdog-0`: from kind and natural key, and never one that is taken.
  private mutating func newID(_ match: Match, _ kind: String, _ place: Int) -> DeviceID {
    let key = match.all.lazy.compactMap(\.naturalKey).first
    let value = key?.split(separator: "=", maxSplits: 1).last.map(String.init) ?? String(place)
    var words = "\(kind)-\(value)".lowercased().map { character in
      character.isASCII && (character.isLetter || character.isNumber) ? character : "-"
    }
    words = Array(words.prefix(40))
    var suffix = 0
    while true {
      if let id = DeviceID(String(words) + (suffix == 0 ? "" : "-\(suffix)")), taken.insert(id).inserted { return id }
      suffix += 1
    }
  }
}
