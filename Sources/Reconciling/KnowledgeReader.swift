import DomainXML
import Libvirt
import Planning
import Store
import Vocabulary

/// Finds out what is known of a domain, from libvirt and from the store.
struct KnowledgeReader {
  let connecting: Connecting
  let store: RecordStore?
  let host: HostInquiry

  /// `reference` is a name or a UUID.
  func read(_ reference: String) async throws(Problem) -> Knowledge {
    try await read(reference) { (_) in }.0
  }

  /// Asks libvirt and the store side by side, and makes of what the store has what can be made of it meanwhile: `nil`
  /// where the store has nothing.
  func read<Made: Sendable>(
    _ reference: String, making: @Sendable (DomainFile) -> Made
  ) async throws(Problem) -> (Knowledge, Made?) {
    async let asked = observed(DomainUUID(reference).map { .uuid($0) } ?? .name(reference))
    guard let store else { return (try await without(row: reference, asked: await asked), nil) }
    let rows = try await rows(reference, store)
    if rows.count == 1 {
      let file = try await file(rows[0].key, store)
      let made = file.map(making)
      // One row, and libvirt has a domain of its UUID: it is that one, whatever the host calls itself.
      if let found = try await observe(rows[0].key.domain, asked: await asked) {
        return (present(found, file), made)
      }
    }
    guard !rows.isEmpty else { return (try await without(row: reference, asked: await asked), nil) }
    let host = try await host.description().uuid
    guard let row = rows.last(where: { $0.key.host == host }) else {
      return (try await without(row: reference, asked: await asked), nil)
    }
    let file = try await file(row.key, store)
    if rows.count > 1, let found = try await observe(row.key.domain, asked: await asked) {
      return (present(found, file), file.map(making))
    }
    return (try await absent(row, file), file.map(making))
  }

  private func without(
    row reference: String, asked: Result<ObservedDomain?, Problem>
  ) async throws(Problem) -> Knowledge {
    guard let found = try asked.get() else {
      return Knowledge(
        name: reference, uuid: DomainUUID(reference), incarnation: try await incarnation(of: reference),
        presence: .unknown, file: nil,
        appliedUUID: nil)
    }
    // A domain with our element belongs in the store: a damaged row is not found by its name.
    if let store, found.managed != nil {
      let key = DomainKey(host: try await host.description().uuid, domain: found.observation.uuid)
      return present(found, try await file(key, store))
    }
    return present(found, nil)
  }

  private func present(_ found: ObservedDomain, _ file: DomainFile?) -> Knowledge {
    Knowledge(
      name: found.observation.name, uuid: found.observation.uuid, presence: .present(found),
      file: file?.without(intentsBelow: found.managed?.generation), appliedUUID: nil)
  }

  /// libvirt has no domain of the row's UUID.
  private func absent(_ row: DomainRow, _ file: DomainFile?) async throws(Problem) -> Knowledge {
    if let other = try await observed(.name(row.name)).get() {
      // The name has gone to another domain (R15).
      return Knowledge(
        name: row.name, uuid: other.observation.uuid, presence: .present(other), file: file,
        appliedUUID: row.key.domain)
    }
    // A row without a record is a document that was accepted and never came to a definition.
    let wasThere = file?.hasRecord ?? false
    let isHalfDeleted = try await isHalfDeleted(row.key, file)
    let reason =
      isHalfDeleted
      ? "vmctl delete was stopped after it had removed the definition; `vmctl delete \(row.name)` ends it"
      : row.departure?.words ?? "undefined, or migrated away, by somebody else"
    var knowledge = Knowledge(
      name: row.name, uuid: row.key.domain, presence: wasThere ? .gone(reason: reason) : .unknown, file: file,
      appliedUUID: nil)
    knowledge.isHalfDeleted = isHalfDeleted
    return knowledge
  }

  /// Whether vmctl itself removed the definition and was stopped before it had forgotten the domain: its undefine is
  /// open, or is the newest of what was done (F1).
  private func isHalfDeleted(_ key: DomainKey, _ file: DomainFile?) async throws(Problem) -> Bool {
    func undefines(_ step: StepRow) -> Bool { step.action == Step.Action.undefine.rawValue }
    if file?.openSteps.contains(where: undefines) == true { return true }
    guard let store, file?.hasRecord == true else { return false }
    do throws(StoreError) {
      return try await store.doneSteps(of: key).first.map(undefines) ?? false
    } catch {
      // A damaged journal says nothing, and hinders nobody from looking (F14): `vmctl store check` tells of it.
      guard case .corrupt = error.kind else { throw Problem(error) }
      return false
    }
  }

  /// Who may write sets aside what is damaged and can be done without: the pass writes anew what it needs (F14).
  private func file(_ key: DomainKey, _ store: RecordStore) async throws(Problem) -> DomainFile? {
    try await stored { () throws(StoreError) in
      let file = try await store.file(of: key)
      guard store.isWritable, file?.damage.isEmpty == false else { return file }
      try await store.setAsideDamage(of: key)
      return try await store.file(of: key)
    }
  }

  /// What the store has on a domain now.
  func file(_ key: DomainKey) async throws(Problem) -> DomainFile? {
    guard let store else { return nil }
    return try await file(key, store)
  }

  func observe(_ reference: DomainReference) async throws(Problem) -> Observation? {
    let hypervisor = try await connecting.hypervisor()
    return try await asking("reading the domain") { () throws(LibvirtError) in
      try await hypervisor.observe(reference)
    }
  }

  private func observed(_ reference: DomainReference) async -> Result<ObservedDomain?, Problem> {
    do throws(Problem) {
      return .success(try await observe(reference).map { (found) throws(Problem) in try ObservedDomain(found) })
    } catch {
      return .failure(error)
    }
  }

  /// The domain of the UUID, which may be the one that was asked for already.
  private func observe(
    _ uuid: DomainUUID, asked: Result<ObservedDomain?, Problem>
  ) async throws(Problem) -> ObservedDomain? {
    if let found = try asked.get(), found.observation.uuid == uuid { return found }
    return try await observed(.uuid(uuid)).get()
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
    return try await stored { () throws(StoreError) in try await store.file(of: key) }.map { [$0.row] } ?? []
  }
}

extension DomainFile {
  /// Where the domain carries a later generation than the newest document here (a store that was put back from a
  /// backup, a domain that was on another host), the document is not what is wanted any more: as good as none.
  fileprivate func without(intentsBelow applied: Generation?) -> DomainFile {
    guard let applied, let intent, intent.generation < applied else { return self }
    var file = self
    file.intent = nil
    return file
  }
}
