extension Condition {
  /// The condition as a person reads it: `target/@bus is virtio, scsi or usb`.
  package var words: String {
    switch self {
    case .field(let path, let values): "\(path) is \(Condition.list(values))"
    case .present(let path): "\(path) is there"
    case .prefix(let path, let beginnings): "\(path) begins with \(Condition.list(beginnings))"
    case .contains(let path, let part): "\(path) contains \(part)"
    case .libvirt(let version): "libvirt is \(version) or later"
    case .all(let conditions): conditions.map(\.words).joined(separator: " and ")
    case .any(let conditions): conditions.map(\.words).joined(separator: ", or ")
    case .not(.field(let path, let values)): "\(path) is not \(Condition.list(values))"
    case .not(.present(let path)): "\(path) is not there"
    case .not(let condition): "not (\(condition.words))"
    }
  }

  private static func list(_ values: [String]) -> String {
    guard let last = values.last, values.count > 1 else { return values.first ?? "nothing" }
    return values.dropLast().joined(separator: ", ") + " or " + last
  }
}
