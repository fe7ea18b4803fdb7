import Control
import DomainXML
import Libvirt
import Planning
import Store
import Vocabulary

/// Things that are done once on request and leave no state to compare.
extension VerbRunner {
  // MARK: Eject

  /// Takes the medium out of a drive, where the guest has it; of a domain that does not run out of the definition.
  func eject(_ knowledge: Knowledge) async throws(Problem) -> String {
    let observed = try present(knowledge)
    let side: Side = observed.live == nil ? .persistent : .live
    let (id, device) = try device(knowledge, observed, side)
    guard let rule = device.kind.media, rule.when.holds(for: device.element, libvirt: nil) else {
      throw Problem(
        "cannot-detach", "'\(id)' has no medium that can be taken out: it is a \(device.kind.name)",
        domain: request.domain, device: id.text,
        remedy: "a CD-ROM or floppy drive can be emptied; a disk is removed by its document")
    }
    if let binding = knowledge.managed.binding(of: id), binding.isProtected {
      throw Problem(
        "protected", "the device is protected", domain: request.domain, device: id.text,
        remedy: "vmctl unprotect \(request.domain) \(id)")
    }
    guard let medium = rule.medium(of: device.element) else { return "the drive is empty already" }
    var step = Step(
      .update, .device(id), kind: device.kind.name, side: side, effect: .live, slot: device.slot,
      xml: PlanningMedia.element(device, with: nil, format: nil, rule), reason: "vmctl eject",
      changes: [FieldDifference(path: rule.file, wanted: "", found: medium)])
    step.isForced = request.force
    step.hint = rule.hint
    try await run([step], knowledge)
    return "ejected \(medium)"
  }

  // MARK: Resize

  /// Makes a disk of a running domain larger: the size is in no definition.
  func resize(_ knowledge: Knowledge) async throws(Problem) -> String {
    let observed = try present(knowledge)
    guard observed.live != nil else {
      throw Problem(
        "not-running", "the domain '\(request.domain)' does not run", domain: request.domain, device: request.device,
        remedy: "start it, or resize the image with qemu-img")
    }
    let (id, device) = try device(knowledge, observed, .live)
    guard let bytes = request.size, device.kind.holdsData, let target = device.element.value(at: "target/@dev") else {
      throw Problem(
        "usage", "'\(id)' is a \(device.kind.name), which has no size", domain: request.domain, device: id.text)
    }
    let hypervisor = surroundings.hypervisor
    let domain = observed.observation.uuid
    let before = try await capacity(target, domain)
    if before == bytes { return "'\(id)' has \(bytes) bytes already" }
    if bytes < before {
      throw Problem(
        "shrinks", "the disk would become smaller, and the guest's data behind its new end would be lost",
        domain: request.domain, device: id.text, wanted: "\(bytes) bytes", found: "\(before) bytes",
        remedy: "a new disk, and copy what is to be kept")
    }
    try await asking("resizing '\(id)'", domain: request.domain) { () throws(LibvirtError) in
      try await hypervisor.resize(disk: target, of: domain, to: bytes)
    }
    let after = try await capacity(target, domain)
    guard after >= bytes else {
      throw Problem(
        "not-applied", "libvirt took the call, and the disk has its old size", domain: request.domain,
        device: id.text, wanted: "\(bytes) bytes", found: "\(after) bytes")
    }
    return "'\(id)' has \(after) bytes now; the guest has to use them"
  }

  private func capacity(_ target: String, _ domain: DomainUUID) async throws(Problem) -> UInt64 {
    let hypervisor = surroundings.hypervisor
    return try await asking("asking for the size of \(target)", domain: request.domain) { () throws(LibvirtError) in
      try await hypervisor.capacity(ofDisk: target, of: domain)
    }
  }

  // MARK: Password

  /// Sets the password of the screen. It is read from nowhere and kept nowhere: the element that holds it is read with
  /// what is secret in it inside the call, and forgotten (I8).
  func setPassword(_ knowledge: Knowledge) async throws(Problem) -> String {
    let observed = try present(knowledge)
    guard let password = request.secret?.text else {
      throw Problem("usage", "there is no password to set", domain: request.domain)
    }
    let sides = [Side.persistent, .live].filter { observed.definition($0) != nil }
    let types = Set(
      (observed.leading?.devices ?? []).filter { $0.kind.password != nil }.compactMap { $0.element["type"] })
    guard let type = types.sorted().first(where: { request.device == nil || request.device == $0 }) else {
      throw Problem(
        "no-such-device", "the domain has no screen \(request.device.map { "of type '\($0)' " } ?? "")to protect",
        domain: request.domain, found: types.sorted().joined(separator: ", "))
    }
    let hypervisor = surroundings.hypervisor
    let domain = observed.observation.uuid
    var refusal: LibvirtError?
    for side in sides {
      do throws(LibvirtError) {
        try await hypervisor.updateSecurely(domain, side: side) { text in
          VerbRunner.screen(text, type: type, password: password)
        }
      } catch {
        guard side == .live, sides.count > 1, !error.meansConnectionLost else {
          throw Problem(error, domain: request.domain, device: nil, doing: "setting the password of \(type)")
        }
        refusal = error
      }
    }
    guard let refusal else { return "set; nothing can read it back" }
    // QEMU gives a screen a password only where it was started with one.
    isForNextBoot = true
    return "set in the definition; the running screen takes it at the next start (\(refusal.message))"
  }

  /// The screen's element with another password, and everything else as it is.
  private static func screen(_ definition: XMLText, type: String, password: String) -> XMLText? {
    guard let root = try? DomainDocument(definition).root,
      let element = root.child("devices")?.children.first(where: { element in
        element.holds("type", type) && Catalogue.kind(of: element).password != nil
      }), let rule = Catalogue.kind(of: element).password
    else { return nil }
    var draft = ElementDraft(element)
    draft.set(rule.path, password)
    draft.removeAttribute(at: rule.until)
    return draft.xml
  }

  // MARK: Which device

  private func device(
    _ knowledge: Knowledge, _ observed: ObservedDomain, _ side: Side
  ) throws(Problem) -> (DeviceID, Device) {
    let name = request.device ?? ""
    guard let id = DeviceID(name), let binding = knowledge.managed.binding(of: id),
      let device = observed.definition(side).flatMap({ Planner.device(of: binding, in: $0) })
    else {
      throw Problem(
        "no-such-device", "no device has the id '\(name)'", domain: request.domain, device: name,
        remedy: "`vmctl devices \(request.domain)` lists them")
    }
    return (id, device)
  }
}
