import DomainXML
import Libvirt
import Planning
import Vocabulary

/// Turns a step into its one libvirt call. What came of it is for a fresh read to say.
struct StepExecutor {
  let hypervisor: any Hypervisor
  let domain: DomainUUID
  let name: String
  /// What becomes of what a domain has beside its definition.
  var undefine: UndefineOptions = []

  func execute(_ step: Step) async throws(LibvirtError) {
    switch (step.action, step.side, step.xml) {
    case (.define, _, .some(let xml)):
      try await Definer.define(xml, uuid: domain, name: name, on: hypervisor)
    case (.start, _, _):
      try await hypervisor.start(domain)
    case (.shutdown, _, _):
      try await hypervisor.shutdown(domain)
    case (.destroy, _, _):
      try await hypervisor.destroy(domain)
    case (.undefine, _, _):
      try await hypervisor.undefine(domain, undefine)
    case (.attach, .some(let side), .some(let xml)):
      try await hypervisor.attach(xml, to: domain, side: side)
    case (.detach, .some(let side), .some(let xml)):
      try await hypervisor.detach(xml, from: domain, side: side)
    case (.update, .some(let side), .some(let xml)):
      try await hypervisor.update(xml, of: domain, side: side, force: step.isForced)
    case (.setMetadata, .some(let side), let xml):
      try await hypervisor.setMetadata(
        xml, prefix: ManagedState.prefix, uri: ManagedState.namespace, of: domain, side: side)
    case (.set, .some(let side), _):
      guard let setting = step.setting else { fallthrough }
      try await hypervisor.set(setting, of: domain, side: side)
    case (.define, _, .none), (.attach, _, _), (.detach, _, _), (.update, _, _), (.setMetadata, .none, _),
      (.set, .none, _):
      throw LibvirtError(
        code: .invalidArgument, domain: .none, message: "the step says neither side nor element", function: step.call)
    }
  }
}
