import Vocabulary

extension DomainDefinition {
  /// KiB. Memory devices are in libvirt's number too, and no balloon takes them (R18, T11).
  package var balloonTarget: UInt64? {
    guard let current = (root.child("currentMemory") ?? root.child("memory")).flatMap({ parseNumber($0.trimmedText) })
    else { return nil }
    let plugged = devices.lazy.filter { $0.kind == .memory }.compactMap { device in
      device.element.value(at: "target/size").flatMap { parseNumber($0) }
    }.reduce(0, &+)
    return current >= plugged ? current - plugged : current
  }

  package var currentVCPUs: UInt64? {
    guard let element = root.child("vcpu") else { return nil }
    return element.number("current") ?? parseNumber(element.trimmedText)
  }
}
