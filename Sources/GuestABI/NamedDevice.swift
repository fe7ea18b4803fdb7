package import DomainXML
package import Vocabulary

/// A device that a step was meant to change, by all that finds it again: one that was adopted has no alias of ours.
package struct NamedDevice: Sendable {
  private let alias: String?
  private let slot: Slot?
  private let element: String?
  private let keys: Set<String>

  package init(alias: String?, slot: Slot? = nil, device: Device? = nil) {
    self.alias = alias
    self.slot = slot ?? device?.slot
    element = device?.kind.element
    keys = Set(device?.naturalKeys ?? [])
  }

  func isOne(_ device: Device) -> Bool {
    if let alias, device.hasAlias(alias) { return true }
    if let slot, device.slot == slot { return true }
    return device.kind.element == element && !keys.isDisjoint(with: device.naturalKeys)
  }
}
