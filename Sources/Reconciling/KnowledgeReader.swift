import Libvirt
import Store
import Vocabulary

/// Finds out what is known of a domain, from libvirt and from the store.
struct KnowledgeReader {
  let hypervisor: any Hypervisor
  let store: RecordStore?
  let host: HostInquiry

  /// `reference` is a name or a UUID.
  func read(_ reference: String) async throws(Problem) -> Knowledge {
    guard let store else { return try await withoutRow(reference) }
    let rows = try await rows(reference, store)
    // One row, and libvirt has a domain of its UUID: it is that one, whatever the host calls itself.
    if rows.count == 1, let found = try await observe(.uuid(rows[0].key.domain)) {
      return try await present(found, rows[0], store)
    }
    guard !rows.isEmpty else { return try await withoutRow(reference) }
    let host = try await host.description().uuid
    guard let row = rows.last(where: { $0.key.host == host }) else { return try await withoutRow(reference) }
    if rows.count > 1, let found = try await observe(.uuid(row.key.domain)) {
      return try await present(found, row, store)
    }
    return try await absent(row, store)
  }

  private func withoutRow(_ reference: String) async throws(Problem) -> Knowledge {
    let uuid = DomainUUID(reference)
    guard let found = try await observe(uuid.map { .uuid($0) } ?? .name(reference)) else {
      return Knowledge(
        name: reference, uuid: uuid, incarnation: try await incarnation(of: reference), presence: .unknown, file: nil,
        appliedUUID: nil)
    }
    return Knowledge(
      name: found.name, uuid: found.uuid, presence: .present(try ObservedDomain(found)), file: nil, appliedUUID: nil)
  }

  private func present(
    _ found: Observation, _ row: DomainRow, _ store: RecordStore
  ) async throws(Problem) -> Knowledge {
    let file = try await stored { () throws(StoreError) in try await store.file(of: row.key) }
    return Knowledge(
      name: found.name, uuid: found.uuid, presence: .present(try ObservedDomain(found)), file: file, appliedUUID: nil)
  }

  /// libvirt has no domain of the row's UUID.
  private func absent(_ row: DomainRow, _ store: RecordStore) async throws(Problem) -> Knowledge {
    let file = try await stored { () throws(StoreError) in try await store.file(of: row.key) }
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
    let host = try await host.description().uuid
    return try await stored { () throws(StoreError) in try await store.incarnations(of: name, host: host) } + 1
  }

  private func rows(_ reference: String, _ store: RecordStore) async throws(Problem) -> [DomainRow] {
    let rows = try await stored { () throws(StoreError) in try await store.domains(named: reference) }
    guard rows.isEmpty, let uuid = DomainUUID(reference) else { return rows }
    let key = DomainKey(host: try await host.description().uuid, domain: uuid)
    return try await stored { () throws(StoreError) in try await store.domain(key) }.map { [$0] } ?? []
  }
}
