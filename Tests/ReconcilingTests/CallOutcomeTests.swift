import Libvirt
import Planning
import Testing

@testable import Reconciling

/// I5: what an error says of the call that it ended. One case for each rule, in libvirt's own words.
@Suite struct CallOutcomeTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let outcome: CallOutcome
    let action: Step.Action
    let code: LibvirtError.Code
    var domain = LibvirtError.Domain.qemu
    let message: String

    var testDescription: String { "\(action) \(code.rawValue) \(message)" }
    var error: LibvirtError { LibvirtError(code: code, domain: domain, message: message, function: "f") }
  }

  static let ruled: [Case] = [
    Case(outcome: .absent, action: .attach, code: .noDomain, message: "Domain not found"),
    Case(
      outcome: .absent, action: .detach, code: .deviceMissing, message: "device not found: disk vda not found"),
    Case(
      outcome: .absent, action: .detach, code: .internalError,
      message: "internal error: no device found with alias ua-data"),
    Case(
      outcome: .absent, action: .attach, code: .operationInvalid,
      message: "Requested operation is not valid: domain is not running"),
    Case(
      outcome: .held, action: .attach, code: .operationTimeout,
      message: "Timed out during operation: cannot acquire state change lock "
        + "(held by monitor=remoteDispatchDomainMigratePerform3Params)"),
    Case(
      outcome: .asked, action: .set, code: .operationTimeout,
      message: "Timed out during operation: vcpu unplug request timed out. Unplug result must be manually inspected"),
    Case(
      outcome: .unknown, action: .attach, code: .operationTimeout,
      message: "Timed out during operation: cannot acquire job mutex"),
    Case(
      outcome: .asked, action: .detach, code: .internalError,
      message:
        "internal error: unable to execute QEMU command 'device_del': Device ua-data is already in the process of "
        + "unplug"),
    Case(
      outcome: .refusedByGuest, action: .detach, code: .internalError,
      message: "internal error: unable to execute QEMU command 'device_del': Hot-unplug failed: guest is busy (power "
        + "indicator blinking)"),
    Case(
      outcome: .refusedByGuest, action: .detach, code: .operationFailed,
      message: "operation failed: unplug of device was rejected by the guest"),
    Case(
      outcome: .asked, action: .set, code: .internalError, message: "An error occurred, but the cause is unknown"),
    Case(
      outcome: .leftover, action: .attach, code: .internalError,
      message: "internal error: unable to execute QEMU command 'blockdev-add': Duplicate nodes with "
        + "node-name='libvirt-3-storage'"),
    Case(
      outcome: .phantom, action: .attach, code: .internalError,
      message: "internal error: unable to execute QEMU command 'device_add': Duplicate device ID 'ua-data'"),
    Case(
      outcome: .phantom, action: .attach, code: .internalError,
      message: "internal error: unable to execute QEMU command 'object-add': attempt to add duplicate property "
        + "'objua-entropy' to object (type 'container')"),
    Case(
      outcome: .phantom, action: .attach, code: .internalError,
      message: "internal error: unable to execute QEMU command 'netdev_add': Duplicate ID 'hostua-lan' for netdev"),
    Case(
      outcome: .unknown, action: .detach, code: .internalError,
      message: "internal error: End of file from qemu monitor (vm='web-1')"),
    Case(
      outcome: .unknown, action: .attach, code: .systemError, domain: .none,
      message: "Failed to create file '/etc/libvirt/qemu/X.xml.new': No space left on device"),
  ]

  @Test func `each rule has a case, and each case is of its rule`() {
    #expect(CallOutcomeTests.ruled.count == CallOutcome.rules.count)
    for (rule, example) in zip(CallOutcome.rules, CallOutcomeTests.ruled) {
      #expect(rule.outcome == example.outcome, "\(example)")
      #expect(rule.fits(example.error, example.action), "\(example)")
    }
  }

  @Test(arguments: ruled) func `the first rule that fits is the case's own`(_ example: Case) {
    #expect(CallOutcome(example.error, of: example.action) == example.outcome)
  }

  @Test(arguments: [
    // The same words for another call, or the same code with other words, mean that libvirt said no.
    Case(outcome: .refused, action: .update, code: .deviceMissing, message: "device not found"),
    Case(outcome: .refused, action: .detach, code: .internalError, message: "internal error: Duplicate device ID 'a'"),
    Case(
      outcome: .refused, action: .attach, code: .internalError, message: "internal error: No more available PCI slots"),
    Case(outcome: .refused, action: .attach, code: .xmlError, message: "XML error: target 'vdb' duplicated"),
    Case(
      outcome: .refused, action: .detach, code: .internalError,
      message: "internal error: unable to execute QEMU command 'device_del': Bus 'pcie.0' does not support hotplugging"),
    Case(outcome: .refused, action: .attach, code: .operationInvalid, message: "target vdb already exists"),
    // The connection's own errors: nobody knows.
    Case(
      outcome: .unknown, action: .attach, code: .systemError, domain: .rpc,
      message: "End of file while reading data: Input/output error"),
    Case(
      outcome: .unknown, action: .attach, code: .internalError, domain: .rpc,
      message: "internal error: client socket is closed"),
  ]) func `everything else is a refusal, and a lost connection is unknown`(_ example: Case) {
    #expect(CallOutcome(example.error, of: example.action) == example.outcome)
  }
}
