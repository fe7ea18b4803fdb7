import DomainXML
import Vocabulary

/// Something that a domain may hand straight to QEMU (`qemu:commandline`) and that QEMU has dropped. libvirt knows
/// nothing of such words; QEMU's `docs/about/removed-features.rst` says since when it does not take them.
struct RemovedOption: Sendable {
  let option: String
  /// Of `-device` and the like: the driver that went.
  var value: String?
  let since: Version

  static let all: [RemovedOption] = [
    RemovedOption(option: "-no-hpet", since: Version(9, 0)), RemovedOption(option: "-no-acpi", since: Version(9, 0)),
    RemovedOption(option: "-singlestep", since: Version(9, 0)),
    RemovedOption(option: "-async-teardown", since: Version(9, 0)),
    RemovedOption(option: "-chroot", since: Version(9, 0)), RemovedOption(option: "-portrait", since: Version(10, 0)),
    RemovedOption(option: "-rotate", since: Version(10, 0)),
    RemovedOption(option: "-device", value: "sga", since: Version(8, 0)),
    RemovedOption(option: "-device", value: "pvrdma", since: Version(9, 1)),
  ]

  func isUsed(in arguments: [String]) -> Bool {
    for (index, argument) in arguments.enumerated() where argument == option || argument == "-" + option {
      guard let value else { return true }
      guard index + 1 < arguments.count else { continue }
      if arguments[index + 1].prefix(while: { $0 != "," }) == value { return true }
    }
    return false
  }
}

extension HostCheck {
  private static let namespace = "http://libvirt.org/schemas/domain/qemu/1.0"

  /// Words that libvirt hands to QEMU unread.
  func commandLine(_ guest: CheckedGuest) -> [HostFinding] {
    let lines = guest.definition.root.children.filter { $0.namespaceURI == HostCheck.namespace && $0.hasChildren }
    let arguments = lines.flatMap { line in line.children.compactMap { $0["value"] } }
    guard !arguments.isEmpty else { return [] }
    guard let hypervisor = target.hypervisor else { return [unjudged(arguments)] }
    let gone = RemovedOption.all.filter { $0.since <= hypervisor && $0.isUsed(in: arguments) }
    guard gone.isEmpty else {
      return gone.map { option in
        HostFinding(
          .willNotStart, "qemu:commandline",
          wanted: [option.option, option.value].compactMap { $0 }.joined(separator: " "),
          why: "QEMU does not take this since \(option.since)",
          remedy: "take it out of the definition, or find its successor in QEMU's list of removed features")
      }
    }
    // The same version takes what it took.
    return source?.hypervisor == hypervisor ? [] : [unjudged(arguments)]
  }

  private func unjudged(_ arguments: [String]) -> HostFinding {
    HostFinding(
      .unknown, "qemu:commandline", wanted: arguments.joined(separator: " "),
      why: "what is handed straight to QEMU nobody can judge but the QEMU of that host",
      remedy: "try it there on a domain of your own")
  }
}
