import Synchronization
package import Vocabulary

extension Connection {
  package func observe(_ reference: DomainReference) async throws(LibvirtError) -> Observation? {
    try await call { (connection) throws(LibvirtError) in
      do throws(LibvirtError) {
        // Again, where the domain was started or stopped between the reads, and through another handle, since a
        // handle's id is of the time of its look-up. The reads take a hundredth of a start: twice is enough for
        // any hypervisor that starts something.
        for _ in 0..<5 {
          let domain = try DomainHandle(reference, on: connection)
          let reading = try DomainReading(domain)
          let standing = try Standing(domain)
          if reading.agrees(with: standing) { return reading.observation(standing) }
        }
      } catch {
        guard error.meansNoSuchDomain else { throw error }
        return nil
      }
      throw LibvirtError(
        code: .operationFailed, domain: .none, message: "the domain was started or stopped each time it was read",
        function: "virDomainGetXMLDesc")
    }
  }

  package func domains() async throws(LibvirtError) -> [DomainSummary] {
    try await call { (connection) throws(LibvirtError) in
      try Roster(connection, withDetails: false).entries.map { entry in
        DomainSummary(
          uuid: entry.uuid, name: entry.name, state: entry.standing.state, isPersistent: entry.standing.isPersistent)
      }
    }
  }

  package func observe(_ domains: [DomainUUID]) async throws(LibvirtError) -> [Observation] {
    let all = try await call { (connection) throws(LibvirtError) in try AllDomains(connection) }
    let readings = try await readings(of: domains, all)
    // After the documents: what was started or stopped meanwhile shows, and is read again by itself.
    let roster = try await call { (connection) throws(LibvirtError) in try Roster(connection, withDetails: true) }
    let standings = Dictionary(roster.entries.map { ($0.uuid, $0.standing) }) { first, _ in first }
    var observations: [Observation] = []
    for domain in domains {
      if let reading = readings[domain], let standing = standings[domain], reading.agrees(with: standing) {
        observations.append(reading.observation(standing))
      } else if let observation = try await observe(.uuid(domain)) {
        observations.append(observation)
      }
    }
    return observations
  }

  package func survey(
    _ domains: [DomainUUID], _ look: @escaping @Sendable (Observation) -> Void
  ) async throws(LibvirtError) {
    let all = try await call { (connection) throws(LibvirtError) in try AllDomains(connection) }
    let roster = try await call { (connection) throws(LibvirtError) in try Roster(connection, withDetails: true) }
    let standings = Dictionary(roster.entries.map { ($0.uuid, $0.standing) }) { first, _ in first }
    let parts = Parts(domains)
    await withDiscardingTaskGroup { group in
      for _ in 0..<CallThreads.limit {
        group.addTask {
          do throws(LibvirtError) {
            while let part = parts.next() {
              let readings = try await self.call { (_) throws(LibvirtError) in try all.readings(of: part) }
              for domain in part {
                if let reading = readings[domain], let standing = standings[domain], reading.agrees(with: standing) {
                  look(reading.observation(standing))
                } else if let observation = try await self.observe(.uuid(domain)) {
                  look(observation)
                }
              }
            }
          } catch {
            parts.fail(error)
          }
        }
      }
    }
    try parts.end()
  }

  /// A list that several threads take small parts of, so that of all documents only some are in memory at a time.
  private final class Parts: Sendable {
    private let state: Mutex<(left: ArraySlice<DomainUUID>, error: LibvirtError?)>
    private static let size = 16

    init(_ domains: [DomainUUID]) { state = Mutex((domains[...], nil)) }

    func next() -> ArraySlice<DomainUUID>? {
      state.withLock { state in
        guard state.error == nil, !state.left.isEmpty else { return nil }
        defer { state.left = state.left.dropFirst(Parts.size) }
        return state.left.prefix(Parts.size)
      }
    }

    func fail(_ error: LibvirtError) { state.withLock { $0.error = $0.error ?? error } }

    func end() throws(LibvirtError) {
      if let error = state.withLock({ $0.error }) { throw error }
    }
  }

  /// The documents of many domains, read on all threads of this connection. A domain that is not there has none.
  private func readings(
    of domains: [DomainUUID], _ all: AllDomains
  ) async throws(LibvirtError) -> [DomainUUID: DomainReading] {
    let size = min(64, max(1, domains.count / CallThreads.limit))
    let results = await withTaskGroup(of: Result<[DomainUUID: DomainReading], LibvirtError>.self) { group in
      for start in stride(from: 0, to: domains.count, by: size) {
        let chunk = domains[start..<min(start + size, domains.count)]
        group.addTask {
          do throws(LibvirtError) {
            return .success(try await self.call { (_) throws(LibvirtError) in try all.readings(of: chunk) })
          } catch {
            return .failure(error)
          }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    var readings: [DomainUUID: DomainReading] = [:]
    for result in results { readings.merge(try result.get()) { first, _ in first } }
    return readings
  }
}
