import Digests
import DomainXML
import Intent
import Vocabulary

/// Media of drives (R9): put in once when the document changes, and then the guest's business.
extension PlanningPass {
  /// What a comparison says of a device without its medium. An element that names no medium says nothing of what
  /// follows from one either: libvirt prints the format of an empty drive in the definition only.
  func withoutMedia(_ differences: [FieldDifference], _ device: BoundDevice, _ element: Element) -> [FieldDifference] {
    guard !differences.isEmpty, let rule = device.wanted.kind.media,
      rule.when.holds(for: element, libvirt: input.host.libvirt)
    else { return differences }
    var paths = device.wanted.media == nil ? [] : rule.sources
    if device.wanted.media != nil || rule.medium(of: element) == nil { paths += rule.following }
    // The tray is the guest's (R9, T22).
    paths.append(rule.tray)
    return differences.filter { !paths.contains($0.path) }
  }

  private func mediaRule(_ wanted: WantedDevice, _ element: Element) -> MediaRule? {
    guard wanted.media != nil, let rule = wanted.kind.media,
      rule.when.holds(for: element, libvirt: input.host.libvirt)
    else { return nil }
    return rule
  }

  mutating func planMedia(_ device: BoundDevice, _ element: Element) {
    guard let rule = mediaRule(device.wanted, element), let media = device.wanted.media else { return }
    let isNew = device.known?.media != media.digest || input.options.reassert
    // The definition first: what a running drive does not take comes at the next boot then.
    for side in [Side.persistent, .live] where device.wanted.isWanted(on: side) && (side == .persistent || changesLive)
    {
      guard let present = device.devices[side] else { continue }
      var medium = media.file
      if side == .persistent, media.isOnce {
        // Install media: the domain has booted with it, or is not to any more.
        guard input.live != nil || isNew else { continue }
        if input.live != nil { medium = nil }
      }
      let found = rule.medium(of: present.element)
      let isOpen = present.element.value(at: rule.tray) == "open"
      let isSame = same(medium, found, present.kind, rule)
      if isSame, !(side == .live && isOpen && input.options.reassert && medium != nil) { continue }
      guard isNew || side == .persistent && media.isOnce else {
        reportMedia(device, side, wanted: medium, found: found, rule)
        continue
      }
      // A drive with its tray open takes the same medium again without doing anything (T22).
      if isSame { change(device, present, side, to: nil, from: found, rule) }
      change(device, present, side, to: medium, from: isSame ? nil : found, rule)
    }
  }

  private func same(_ wanted: String?, _ found: String?, _ kind: DeviceKind, _ rule: MediaRule) -> Bool {
    let form = kind.field(at: rule.file)?.form ?? .text
    return wanted.map(form.normalised) == found.map(form.normalised)
  }

  private mutating func change(
    _ device: BoundDevice, _ present: Device, _ side: Side, to medium: String?, from found: String?, _ rule: MediaRule
  ) {
    guard let media = device.wanted.media else { return }
    unsettledMedia.insert(device.wanted.id)
    if isProtected(device) {
      return refuse(
        Refusal(
          "protected", target: .device(device.wanted.id), path: "\(device.wanted.path).\(rule.file)",
          wanted: medium ?? "nothing", found: found, reason: "the device is protected, and no step touches it",
          wouldTake: "vmctl unprotect \(input.wanted.name) \(device.wanted.id)", concernsWholePlan: false))
    }
    var step = Step(
      .update, .device(device.wanted.id), kind: present.kind.name, side: side, effect: .live, slot: present.slot,
      xml: PlanningMedia.element(present, with: medium, format: media.format, rule),
      reason: medium == nil ? "the drive is to be empty" : "the document's medium has changed",
      changes: [FieldDifference(path: rule.file, wanted: medium ?? "", found: found)])
    step.hint = rule.hint
    step.isForced = media.isForced && side == .live
    steps.updates.append(step)
  }

  private mutating func reportMedia(
    _ device: BoundDevice, _ side: Side, wanted: String?, found: String?, _ rule: MediaRule
  ) {
    plan.drift.append(
      Drift(
        device: device.wanted.id, path: rule.file.text, side: side, was: wanted, found: found,
        by: side == .live && found == nil ? "guest" : "foreign"))
  }
}

extension WantedDevice.Media {
  /// What tells one medium from another; how it is put in does not count.
  var digest: Digest { Digest(of: "\(file ?? "") \(isOnce)") }
}
