import DomainXML
import Intent
import Vocabulary

/// What has to be true outside libvirt before a device is attached, as far as the host facts say.
enum Preflight {
  static func refusals(_ wanted: WantedDevice, _ element: Element, _ host: HostFacts) -> [Refusal] {
    refusals(of: element, wanted.kind, target: .device(wanted.id), path: wanted.path, host)
  }

  static func refusals(
    of element: Element, _ kind: DeviceKind, target: Step.Target, path: String, _ host: HostFacts
  ) -> [Refusal] {
    var refused: [Refusal] = []
    for field in kind.files {
      guard let name = element.value(at: field), let fact = host.files[name] else { continue }
      refused += file(name, fact, target: target, at: path + "." + field.text)
    }
    for field in kind.networks {
      guard let name = element.value(at: field), let networks = host.networks else { continue }
      switch networks[name] {
      case .some(true): continue
      case .some(false):
        refused.append(
          Refusal(
            "network-inactive", target: target, path: path + "." + field.text, wanted: name,
            reason: "the network '\(name)' is not active", wouldTake: "virsh net-start \(name)"))
      case .none:
        refused.append(
          Refusal(
            "network-missing", target: target, path: path + "." + field.text, wanted: name,
            found: networks.keys.sorted().joined(separator: ", "), reason: "libvirt has no network '\(name)'",
            wouldTake: nearest(to: name, among: networks.keys.sorted()).map { "did you mean '\($0)'?" }))
      }
    }
    return refused
  }

  static func file(_ path: String, _ fact: FileFact, target: Step.Target, at place: String) -> [Refusal] {
    switch fact.kind {
    case .missing:
      return [
        Refusal(
          "file-missing", target: target, path: place, wanted: path, reason: "the file \(path) does not exist",
          wouldTake: "make it, or correct the path; libvirt would take the device and the next start would fail")
      ]
    case .other:
      return [
        Refusal(
          "file-missing", target: target, path: place, wanted: path,
          reason: "\(path) is neither a regular file nor a block device")
      ]
    case .file, .block, .unknown:
      guard fact.readable == false else { return [] }
      return [
        Refusal(
          "file-unreadable", target: target, path: place, wanted: path,
          reason: "the hypervisor's user cannot read \(path)", wouldTake: "correct its owner or mode")
      ]
    }
  }
}
