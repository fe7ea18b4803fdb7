package import Vocabulary

/// When a statement of the catalogue holds. Data, interpreted in one place, so that `explain`, the documentation and
/// the planner read the same sentence.
package indirect enum Condition: Sendable {
  /// The field has one of the values.
  case field(FieldPath, [String])
  /// The field is there with any value.
  case present(FieldPath)
  /// The field's value begins with one of these.
  case prefix(FieldPath, [String])
  /// The field's value has this somewhere in it.
  case contains(FieldPath, String)
  /// libvirt is at least this version.
  case libvirt(Version)
  case all([Condition])
  case any([Condition])
  case not(Condition)

  /// Whether it holds for a device element under a libvirt. Where the version is not known (an offline plan without
  /// host facts) a version condition does not hold: vmctl promises only what it knows.
  package func holds(for device: Element, libvirt version: Version?) -> Bool {
    switch self {
    case .field(let path, let values): device.value(at: path).map(values.contains) ?? false
    case .present(let path): device.value(at: path) != nil
    case .prefix(let path, let beginnings):
      device.value(at: path).map { value in beginnings.contains { value.hasPrefix($0) } } ?? false
    case .contains(let path, let part): device.value(at: path)?.contains(part) ?? false
    case .libvirt(let minimum): version.map { $0 >= minimum } ?? false
    case .all(let conditions): conditions.allSatisfy { $0.holds(for: device, libvirt: version) }
    case .any(let conditions): conditions.contains { $0.holds(for: device, libvirt: version) }
    case .not(let condition): !condition.holds(for: device, libvirt: version)
    }
  }
}

/// Whether libvirt can do a thing to a device kind on one side.
package enum Support: Sendable {
  case yes
  /// Never, and why.
  case no(String)
  /// Where the condition holds; otherwise not, and why.
  case when(Condition, otherwise: String)

  /// `nil` where it can be done, else the reason why it cannot.
  package func refusal(for device: Element, libvirt version: Version?) -> String? {
    switch self {
    case .yes: nil
    case .no(let reason): reason
    case .when(let condition, let reason): condition.holds(for: device, libvirt: version) ? nil : reason
    }
  }
}
