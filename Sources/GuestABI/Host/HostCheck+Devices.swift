import DomainXML

extension HostCheck {
  /// Each device with its place in libvirt's manner: `devices/video[1]`.
  func places(_ definition: DomainDefinition) -> [(String, Device)] {
    var counts: [String: Int] = [:]
    return definition.devices.map { device in
      counts[device.element.name, default: 0] += 1
      let place = device.naturalKey ?? String(counts[device.element.name] ?? 1)
      return ("devices/\(device.element.name)[\(place)]", device)
    }
  }

  func devices(_ guest: CheckedGuest, _ offer: MachineOffer?) -> [HostFinding] {
    let kinds = places(guest.definition).filter { !$0.1.kind.offered.isEmpty }
    guard let offer else {
      guard let first = kinds.first else { return [] }
      return [
        HostFinding(
          .unknown, first.0, wanted: first.1.kind.name,
          why: "the description of the host does not say which devices its QEMU has",
          remedy: "describe it by `vmctl abi capture`")
      ]
    }
    var findings: [HostFinding] = []
    for (place, device) in kinds {
      for field in device.kind.offered where field.when?.holds(for: device.element, libvirt: nil) ?? true {
        // A host that does not list such devices at all says nothing of them.
        guard let value = device.element.value(at: field.path) ?? field.absent,
          let values = offer.enumerations[field.list], !values.contains(value)
        else { continue }
        findings.append(
          HostFinding(
            .willNotStart, "\(place)/\(field.path)", wanted: value,
            offered: values.isEmpty ? nil : values.sorted().joined(separator: ", "),
            why: "the host's QEMU does not have this \(device.kind.name)",
            remedy: "install the part of QEMU that has it, or start the guest elsewhere"))
      }
    }
    return findings
  }

  /// What the host's libvirt will print of the domain without anybody's doing.
  func additions(_ guest: CheckedGuest) -> [HostFinding] {
    guard let libvirt = target.libvirt else { return [] }
    return Catalogue.kinds.flatMap { kind in
      kind.additions.compactMap { addition in
        guard libvirt >= addition.since, addition.machines.contains(where: guest.machine.hasPrefix),
          !guest.definition.devices.contains(where: {
            $0.kind == kind && $0.element.value(at: addition.path) == addition.value
          })
        else { return nil }
        return HostFinding(
          .note, "devices/\(kind.element)[\(addition.path)=\(addition.value)]", wanted: "",
          offered: addition.value,
          why: "libvirt from \(addition.since) on prints it of every such domain; the guest sees no change: "
            + addition.why)
      }
    }
  }
}
