import Libvirt
import Planning

/// What an error of libvirt's says about the call that it ended (I5). What is, only a fresh read says; this says what
/// the reading is to be taken for where it shows nothing new.
///
/// Codes alone do not do: 1 is everything from a full bus to a phantom device, and 68 a domain that another job holds,
/// a migration that lets nothing be set, or an unplug of a virtual CPU of unknown end. Each rule is a row, and each row
/// has a test.
enum CallOutcome: String, Sendable, Hashable, CaseIterable {
  /// It may have been done, or be under way still.
  case unknown
  /// libvirt or the hypervisor said no.
  case refused
  /// The guest has the request.
  case asked
  /// The guest said no; it may be asked again.
  case refusedByGuest
  /// Something else holds the domain: nothing was done, and later it may be.
  case held
  /// The hypervisor process has something that libvirt does not know, and it need not be this device: libvirt numbers
  /// its block nodes anew, and the next number is free.
  case leftover
  /// The hypervisor process has a device of that name which libvirt does not know.
  case phantom
  /// What the call was for is not there any more: the domain, its run, or the device.
  case absent

  /// One rule: the first that fits counts.
  struct Rule: Sendable {
    let outcome: CallOutcome
    let code: LibvirtError.Code?
    /// Part of the text.
    let text: String?
    /// `nil` for any action.
    var actions: Set<Step.Action>?
    /// Where it was seen.
    let source: String

    func fits(_ error: LibvirtError, _ action: Step.Action) -> Bool {
      if let code, error.code != code { return false }
      if let text, !error.message.contains(text) { return false }
      return actions?.contains(action) ?? true
    }
  }

  static let rules: [Rule] = [
    Rule(outcome: .absent, code: .noDomain, text: nil, source: "faults.md 2.1"),
    Rule(outcome: .absent, code: .deviceMissing, text: nil, actions: [.detach], source: "faults.md 2.1"),
    Rule(
      outcome: .absent, code: .internalError, text: "no device found with alias", actions: [.detach],
      source: "faults.md 2.1"),
    Rule(outcome: .absent, code: .operationInvalid, text: "domain is not running", source: "faults.md 2.1"),
    Rule(
      outcome: .held, code: .operationTimeout, text: "cannot acquire state change lock", source: "T18, faults.md 2.1"),
    Rule(
      outcome: .asked, code: .operationTimeout, text: "vcpu unplug request timed out", actions: [.set], source: "T12"),
    Rule(outcome: .unknown, code: .operationTimeout, text: nil, source: "T12, T18"),
    Rule(
      outcome: .asked, code: .internalError, text: "already in the process of unplug", actions: [.detach],
      source: "libvirt.md 4"),
    Rule(
      outcome: .refusedByGuest, code: .internalError, text: "guest is busy", actions: [.detach], source: "libvirt.md 4"),
    Rule(
      outcome: .refusedByGuest, code: .operationFailed, text: "rejected by the guest", actions: [.detach],
      source: "libvirt.md 4"),
    Rule(
      outcome: .asked, code: .internalError, text: "the cause is unknown", actions: [.set], source: "T12, asked again"),
    Rule(
      outcome: .leftover, code: .internalError, text: "Duplicate nodes with node-name", actions: [.attach],
      source: "faults.md 0.2"),
    Rule(
      outcome: .phantom, code: .internalError, text: "Duplicate device ID", actions: [.attach], source: "faults.md 0.2"),
    // The parts that QEMU makes before the device: a backend object, a network or character back end.
    Rule(
      outcome: .phantom, code: .internalError, text: "attempt to add duplicate property", actions: [.attach],
      source: "QEMU object_property_try_add"),
    Rule(
      outcome: .phantom, code: .internalError, text: "Duplicate ID '", actions: [.attach],
      source: "QEMU qemu_opts_create"),
    Rule(outcome: .unknown, code: .internalError, text: "End of file from qemu monitor", source: "faults.md 2.1"),
    Rule(outcome: .unknown, code: .systemError, text: nil, source: "faults.md 0.3"),
  ]

  init(_ error: LibvirtError, of action: Step.Action) {
    if error.meansConnectionLost {
      self = .unknown
    } else {
      self = CallOutcome.rules.first { $0.fits(error, action) }?.outcome ?? .refused
    }
  }
}
