import DomainXML
import Libvirt
import Planning
import Vocabulary

/// Whether a definition could still be started after a step: libvirt takes persistent changes that it can then not
/// start with, and no call says so (T10, T15). It builds the command line here, and starts nothing.
struct StartCheck {
  let hypervisor: any Hypervisor
  let name: String

  /// Throws where libvirt could start the domain as it is and could not after the step.
  func check(_ step: Step, _ observed: ObservedDomain?) async throws(Problem) {
    guard step.side == .persistent, let definition = observed?.persistent,
      let after = StartCheck.definition(after: step, definition)
    else { return }
    guard let failure = await refusal(after), !failure.meansConnectionLost, failure.code != .noSupport,
      // What could not be started before is not this step's doing.
      await refusal(definition.document.text) == nil
    else { return }
    throw Problem(
      "would-not-start", "the domain could not be started with it: \(failure.message)", domain: name,
      device: step.target.deviceID?.text,
      remedy: "correct the device in the document; nothing was changed")
  }

  private func refusal(_ text: XMLText) async -> LibvirtError? {
    do throws(LibvirtError) {
      _ = try await hypervisor.nativeCommandLine(for: text)
      return nil
    } catch {
      return error
    }
  }

  /// The definition as the step makes it; `nil` for steps that change no device.
  static func definition(after step: Step, _ definition: DomainDefinition) -> XMLText? {
    guard let xml = step.xml else { return nil }
    var edit = Edit(definition.document)
    let present = Verifier.device(step, in: definition)
    switch (step.action, present) {
    case (.attach, _):
      guard let devices = definition.root.child("devices") else { return nil }
      edit.append(xml, to: devices)
    case (.update, .some(let present)): edit.replace(present.element, with: xml)
    default: return nil
    }
    return edit.text()
  }
}

extension Step.Target {
  var deviceID: DeviceID? {
    guard case .device(let id) = self else { return nil }
    return id
  }
}
