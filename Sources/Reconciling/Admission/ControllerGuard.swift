import Control
import DomainXML
import Intent
import Vocabulary

/// What would saw off the branch that the host's controller sits on (E9): its own domain is neither stopped nor
/// removed nor cut off its disks and cards by a request that comes through the API.
struct ControllerGuard {
  private let current: IntentDocument

  /// - Parameter current: the document that is kept, which has the role.
  init(_ current: IntentDocument) {
    self.current = current
  }

  // MARK: Verbs

  func offence(of request: VerbRequest) -> Problem? {
    switch request.verb {
    case .stop, .restart, .delete, .forget, .eject: problem("vmctl \(request.verb.rawValue)", path: nil)
    case .start, .adopt, .restore, .protect, .unprotect, .resize, .password, .suspend, .resume, .accept: nil
    }
  }

  // MARK: Documents

  func offence(of document: IntentDocument) -> Problem? {
    if document.role != .controller { return problem("dropping its role", path: "spec.role") }
    if document.power == .stopped { return problem("stopping it", path: "spec.power") }
    if document.unlisted == .remove, current.unlisted != .remove {
      return problem("removing the devices that the document does not name", path: "spec.unlisted")
    }
    guard let devices = document.devices else { return nil }
    for device in current.devices ?? [] where isLifeline(device) {
      // What it was called before says that it stays.
      guard let now = devices.first(where: { $0.id == device.id }) ?? devices.first(where: { $0.was == device.id })
      else { return problem("removing its \(device.kind.name) '\(device.id)'", path: "spec.devices", device) }
      if let offence = offence(of: now, for: device) { return offence }
    }
    return nil
  }

  /// A borrowed device is only let go of when its id leaves.
  private func isLifeline(_ device: WantedDevice) -> Bool {
    guard device.element != nil else { return false }
    return device.kind == .disk || device.kind == .interface
  }

  private func offence(of now: WantedDevice, for device: WantedDevice) -> Problem? {
    let name = "its \(device.kind.name) '\(device.id)'"
    guard now.kind == device.kind else { return problem("replacing \(name)", path: now.path, device) }
    for side in Side.allCases where device.isWanted(on: side) && !now.isWanted(on: side) {
      return problem("taking \(name) off the \(side.rawValue) side", path: now.path + ".sides", device)
    }
    guard let before = device.element, let after = now.element else { return nil }
    if now.replaceAllowed, now.contentDigest != device.contentDigest {
      return problem("replacing \(name)", path: now.path + ".replace", device)
    }
    if before["type"] != after["type"] || digest(before) != digest(after) {
      return problem("moving \(name) to another source", path: now.path, device)
    }
    let link: FieldPath = "link/@state"
    if after.value(at: link) == "down", before.value(at: link) != "down" {
      return problem("pulling the cable of \(name)", path: now.path, device)
    }
    return nil
  }

  private func digest(_ element: Element) -> Digest? { element.child("source")?.canonicalDigest }

  private func problem(_ what: String, path: String?, _ device: WantedDevice? = nil) -> Problem {
    Problem(
      "controller-domain",
      "the domain '\(current.name)' runs who controls this host (role: controller): \(what) is refused",
      domain: current.name.text, device: device?.id.text, path: path, wanted: what, found: "role: controller",
      remedy: "do it by hand: stop vmctld on this host and use vmctl there, or as a requester that may touch the "
        + "controller's domain")
  }
}
