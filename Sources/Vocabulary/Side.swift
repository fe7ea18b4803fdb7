/// Which of a domain's two definitions a document, a step or a device belongs to.
///
/// libvirt calls the persistent side *config*. A transient domain has no persistent side, whatever
/// `VIR_DOMAIN_XML_INACTIVE` returns for it (experiment T19).
package enum Side: String, Sendable, Hashable, CaseIterable, Codable {
  /// The running domain.
  case live
  /// The inactive definition that the next cold boot starts from.
  case persistent
}

/// One value for each side.
package struct BothSides<Value> {
  package var live: Value
  package var persistent: Value

  package init(live: Value, persistent: Value) {
    self.live = live
    self.persistent = persistent
  }

  package subscript(side: Side) -> Value {
    get { side == .live ? live : persistent }
    set {
      switch side {
      case .live: live = newValue
      case .persistent: persistent = newValue
      }
    }
  }
}

extension BothSides: Sendable where Value: Sendable {}
extension BothSides: Equatable where Value: Equatable {}
