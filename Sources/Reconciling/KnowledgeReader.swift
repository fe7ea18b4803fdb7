import Libvirt
import Store
import Vocabulary

/// Finds out what is known of a domain, from libvirt and from the store.
struct KnowledgeReader {
  let hypervisor: any Hypervisor
  let store: RecordStore?
  let host: HostDescription

  /// `reference` is a name or a UUID.
  func read(_ reference: String) async throws(Problem) -> Knowledge {
    guard let row = try await row(reference), let store else {
      let uuid = DomainUUID(reference)
      let found = try await observe(uuid.map { .uuid($0) } ?? .name(reference))
      guard let found else {
        return Knowledge(
          name: reference, uuid: uuid, incarnation: try await incarnation(of: reference), presence: .unknown,
          file: nil, appliedUUID: nil)
      }
      return Knowledge(
        name: found.name, uuid: found.uuid, presence: .present(try ObservedDomain(found)), file: nil,
        appliedUUID: nil)
    }
    let file = try await stored { () throws(StoreError) in try await store.file(of: row.key) }
    if let found = try await observe(.uuid(row.key.domain)) {
      return Knowledge(
        name: found.name, uuid: found.uuid, presence: .present(try ObservedDomain(found)), file: file,
        appliedUUID: nil)
    }
    if let other = try await observe(.name(row.name)) {
      // The name has gone to another domain (R15).
      return Knowledge(
        name: row.name, uuid: other.uuid, presence: .present(try ObservedDomain(other)), file: file,
        appliedUUID: row.key.domain)
    }
    // A row without a record is a document that was accepted and never came to a definition.
    let wasThere = file.map { $0.heads.persistent != nil || $0.heads.live != nil } ?? false
    let reason = row.gone?.reason ?? "undefined, or migrated away, by somebody else"
    return Knowledge(
      name: row.name, uuid: row.key.domain, presence: wasThere ? .gone(reason: reason) : .unknown, file: file,
      appliedUUID: nil)
  }

  func observe(_ reference: DomainReference) async throws(Problem) -> Observation? {
    try await asking("reading the domain") { () throws(LibvirtError) in try await hypervisor.observe(reference) }
  }

  private func incarnation(of name: String) async throws(Problem) -> Int {
    guard let store else { return 1 }
    let host = host.uuid
    return try await stored { () throws(StoreError) in try await store.incarnations(of: name, host: host) } + 1
  }

  private func row(_ reference: String) async throws(Problem) -> DomainRow? {
    guard let store else { return nil }
    let host = host.uuid
    if let uuid = DomainUUID(reference) {
      let key = DomainKey(host: host, domain: uuid)
      if let row = try await stored({ () throws(StoreError) in try await store.domain(key) }) { return row }
    }
    let rows = try await stored { () throws(StoreError) in try await store.domains(named: reference) }
    return rows.last { $0.key.host == host }
  }
}
