import Libvirt
import Vocabulary

/// The one place that defines a domain (I1): for a document's creation, and for `restore`.
enum Definer {
  /// Defines a domain that libvirt does not have. libvirt itself would take an existing one over without a word, so
  /// the absence is looked at right before.
  static func define(
    _ definition: XMLText, uuid: DomainUUID, name: String, on hypervisor: any Hypervisor
  ) async throws(LibvirtError) {
    for reference in [DomainReference.uuid(uuid), .name(name)] where try await hypervisor.observe(reference) != nil {
      throw LibvirtError(
        code: .domainExists, domain: .none, message: "a domain with the name '\(name)' or the UUID \(uuid) exists",
        function: "virDomainDefineXMLFlags")
    }
    _ = try await hypervisor.create(definition)
  }
}
