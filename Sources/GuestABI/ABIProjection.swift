import Digests
package import DomainXML
package import Vocabulary

/// What a guest sees of a domain, in one spelling: two documents that it cannot tell apart have the same lines, and a
/// fingerprint is their digest.
///
/// The lines follow from the rules. They are versioned: a rule that comes, goes or reads otherwise makes a new version,
/// and fingerprints of two versions are not compared.
package struct ABIProjection: Sendable {
  package static let version = 1

  /// The first says the version, then the domain's, then each device's by its place.
  package let lines: [String]

  package init(_ definition: DomainDefinition) {
    var lines = ["vmctl guest ABI \(ABIProjection.version)"]
    lines += ABIProjection.lines(definition.root, DomainRules.all)
    if let devices = definition.root.child("devices") {
      lines += ABIProjection.lines(devices, DomainRules.redirection)
    }
    let pci = definition.pci
    // The guest knows no order of devices but that of their places.
    let devices = definition.devices
      .filter { !$0.kind.abi.isEmpty && !DeviceLists.isBuiltIn($0) }
      .map { ABIProjection.device($0, pci) }
      .sorted { $0.lexicographicallyPrecedes($1) }
    self.lines = lines + devices.flatMap(\.self)
  }

  /// SHA-256 of the lines.
  package var fingerprint: Digest {
    var builder = DigestBuilder()
    for line in lines { builder.update(field: line) }
    return builder.finalize()
  }

  private static func device(_ device: Device, _ pci: PCITopology) -> [String] {
    guard case .pci(let address) = device.slot else {
      return [device.kind.name] + lines(device.element, device.kind.abi).map { "  " + $0 }
    }
    // The bus of an address is an index in the document; the guest has a way and a number of its own.
    let rules = device.kind.abi.filter { !isPCIAddress($0.path) }
    let place = pci.guestPath(of: address).map { "\($0) (\($0.address))" } ?? "\(address)"
    return ["\(device.kind.name) at \(place)"] + lines(device.element, rules).map { "  " + $0 }
  }

  private static func isPCIAddress(_ path: FieldPath) -> Bool {
    ["address/@type", "address/@domain", "address/@bus", "address/@slot", "address/@function"].contains(path.text)
  }

  private static func lines(_ element: Element, _ rules: [ABIRule]) -> [String] {
    rules.filter { $0.isSeen }.flatMap { lines(element, $0) }
  }

  private static func lines(_ element: Element, _ rule: ABIRule) -> [String] {
    if let when = rule.when, !when.holds(for: element, libvirt: nil) { return [] }
    switch rule.form {
    case .each(let rules):
      var entries = element.elements(at: rule.path).map { lines($0, rules) }
      if !rule.isOrdered { entries.sort { $0.lexicographicallyPrecedes($1) } }
      return entries.enumerated().flatMap { index, lines in
        ["\(rule.path)[\(index + 1)]"] + lines.map { "\(rule.path)[\(index + 1)]/\($0)" }
      }
    case .keyed(let key):
      return element.elements(at: rule.path).map { "\(rule.path)[\($0[key] ?? "")] = \($0.text)" }.sorted()
    case .whole:
      return element.elements(at: rule.path).map { "\(rule.path) = \($0.canonicalForm.shown)" }
    case .derived(let derived):
      return DerivedValues.value(derived, element).map { ["\(rule.path) (\(derived.rawValue)) = \($0)"] } ?? []
    default:
      // What stands for its own absence says as much as nothing.
      guard let value = RuleValue.of(element, rule), value != rule.absent else { return [] }
      return ["\(rule.path) = \(value)"]
    }
  }
}
