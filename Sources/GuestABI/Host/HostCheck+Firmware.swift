import DomainXML

extension HostCheck {
  func firmware(_ guest: CheckedGuest, _ offer: MachineOffer?) -> [HostFinding] {
    guard let os = guest.definition.root.child("os") else { return [] }
    var findings: [HostFinding] = []
    if let loader = os.child("loader") {
      let path = loader.trimmedText
      if !path.isEmpty { findings += file(path, "os/loader", "the guest's firmware is not there", offer) }
    } else if let kind = os["firmware"] {
      findings += chosen(guest, kind, offer)
    }
    // A template is read once, when the guest's variables are made.
    if let template = os.child("nvram")?["template"], guest.hasVariables != true {
      let isSure = guest.hasVariables == false || os.child("nvram")?.trimmedText.isEmpty != false
      findings += file(
        template, "os/nvram/@template", "the template of the guest's firmware variables is not there", offer
      )
      .filter { isSure || $0.consequence == .willNotStart }
      .map { isSure ? $0 : $0.with(.unknown, "whether the guest has its variables already is not known, and ") }
    }
    return findings
  }

  private func file(_ path: String, _ place: String, _ words: String, _ offer: MachineOffer?) -> [HostFinding] {
    let remedy = "install the package that has it, or put a copy at this path"
    switch target.files[path] {
    case .missing: return [HostFinding(.willNotStart, place, wanted: path, why: words, remedy: remedy)]
    case .size(let size):
      guard case .size(let before) = source?.files[path], before != size else { return [] }
      return [
        HostFinding(
          .note, place, wanted: "\(before) bytes", offered: "\(size) bytes",
          why: "another build of the firmware: the guest boots with it the next time that it is started")
      ]
    case .unknown:
      if offer?.loaders.contains(path) == true { return [] }
      return [
        HostFinding(
          .unknown, place, wanted: path, why: "whether the host has this file is not known",
          remedy: "look there, or describe the host by `vmctl abi capture` on itself")
      ]
    }
  }

  /// `firmware='efi'` without a loader: libvirt chooses a build that the host has.
  private func chosen(_ guest: CheckedGuest, _ kind: String, _ offer: MachineOffer?) -> [HostFinding] {
    let path = "os/@firmware"
    if let firmware = offer?.firmware, !firmware.contains(kind) {
      return [
        HostFinding(
          .willNotStart, path, wanted: kind, offered: firmware.sorted().joined(separator: ", "),
          why: "the host has no firmware of this kind for the machine type",
          remedy: "install the firmware (ovmf for x86)")
      ]
    }
    let before = source?.machineOffer(guest.machine, on: guest.platform)
    guard let then = before?.loaders, let now = offer?.loaders else {
      return [
        HostFinding(
          .unknown, path, wanted: kind, why: "which firmware libvirt chooses there is not known",
          remedy: "name both hosts: --from and --host")
      ]
    }
    if then == now {
      return [
        HostFinding(.note, path, wanted: kind, why: "libvirt chooses the firmware; both hosts have the same files")
      ]
    }
    return [
      HostFinding(
        .differs, path, wanted: then.sorted().joined(separator: ", "), offered: now.sorted().joined(separator: ", "),
        why: "libvirt chooses the firmware anew, and this host has others to choose from",
        remedy: "name the loader in the definition")
    ]
  }

  /// The size of an option ROM, as the next power of two, is the size of a PCI bar.
  func roms(_ guest: CheckedGuest) -> [HostFinding] {
    var findings: [HostFinding] = []
    for (place, device) in places(guest.definition) {
      if let own = device.element.child("rom") {
        // A device may bring its own, or none.
        if let path = own["file"] {
          findings += file(path, place + "/rom/@file", "the device's own ROM is not there", nil)
        }
        continue
      }
      guard let rom = device.kind.roms.first(where: { $0.when.holds(for: device.element, libvirt: nil) }),
        let before = source?.files.size(ofROM: rom.file), let now = target.files.size(ofROM: rom.file),
        HostCheck.bar(before) != HostCheck.bar(now)
      else { continue }
      findings.append(
        HostFinding(
          guest.form == .memory ? .willNotStart : .differs, place, wanted: "\(rom.file): \(before) bytes",
          offered: "\(now) bytes",
          why: guest.form == .memory
            ? "the ROM of the device has another size in memory: QEMU refuses what was saved with the other"
            : "the PCI bar of the device's ROM gets another size",
          remedy: "keep the old file beside the new one and name it: <rom file='…'/>"))
    }
    return findings
  }

  private static func bar(_ size: UInt64) -> UInt64 {
    var bar: UInt64 = 2048
    while bar < size { bar *= 2 }
    return bar
  }
}
