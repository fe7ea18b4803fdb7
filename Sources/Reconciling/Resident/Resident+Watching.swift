import Control
import DomainXML
import Intent
import Libvirt
import Logging
import Store
import Synchronization
import Vocabulary

/// Finding out which domains to look at: by what libvirt says, and by looking at all of them now and then.
extension Resident {
  // MARK: Events

  /// Several events of one change come together.
  private static let settling = Duration.milliseconds(30)

  func follow(_ surroundings: Surroundings) async {
    while !held.isStopping, !Task.isCancelled {
      do throws(LibvirtError) {
        for await event in try await surroundings.hypervisor.events() { take(event) }
      } catch {
        log.warning("libvirt's events are not to be had", metadata: ["error": "\(error.message)"])
      }
      // A cancelled sleep ends the loop.
      try? await time.clock.sleep(for: .seconds(1))
    }
  }

  private func take(_ event: HypervisorEvent) {
    switch event {
    case .domain(let event):
      if case .metadataChange(.element, uri: ManagedState.namespace) = event.kind { return }
      guard let entry = directory[event.uuid], entry.isManaged else {
        lookSoon.yield()
        return
      }
      switch event.kind {
      case .removalFailed, .reboot: come(entry.name, after: Resident.settling)
      case .lifecycle(let lifecycle):
        directory.change(entry.name) { $0.hears(lifecycle) }
        if entry.isMissing { come(entry.name, after: Resident.settling) }
        lookSoon.yield()
      default: break
      }
      queue.add(entry.name, after: Resident.settling)
    case .closed, .resync:
      lookSoon.yield()
    }
  }

  // MARK: All domains

  /// Looks at every domain, again and again; the first time before anything else is said of them.
  func resync(_ surroundings: Surroundings) async {
    await load(surroundings)
    var eyes: (any Hypervisor)?
    var random = SystemRandomNumberGenerator()
    var needsAll = true
    var last = Stopwatch(time.clock)
    while !held.isStopping, !Task.isCancelled {
      do throws(Problem) {
        if eyes == nil { eyes = try await workplace.open(readOnly: false) }
        let hypervisor = eyes ?? surroundings.hypervisor
        let watch = Stopwatch(time.clock)
        let roster = try await asking("listing domains") { () throws(LibvirtError) in try await hypervisor.domains() }
        let new = merge(roster, surroundings.host.uuid)
        if needsAll {
          try await survey(roster.map(\.uuid), hypervisor, surroundings)
          try await dropMigrated(surroundings.store)
          last = Stopwatch(time.clock)
        } else {
          try await survey(new, hypervisor, surroundings)
        }
        if needsAll {
          Meters.resync(duration: watch.elapsed, domains: roster.count)
          log.debug("resync", metadata: ["domains": "\(roster.count)", "took": "\(watch.elapsed.milliseconds) ms"])
        }
        let isFirst = held.change { state in
          defer { state.isReady = !state.isStopping }
          return !state.isReady && !state.isStopping
        }
        if isFirst { log.info("every domain was looked at", metadata: ["domains": "\(roster.count)"]) }
        needsAll = false
        Meters.connected(true)
      } catch {
        Meters.connected(false)
        log.warning("the domains could not be looked at", metadata: ["error": "\(error.message)"])
        needsAll = true
        try? await time.clock.sleep(for: .seconds(1))
        continue
      }
      let period = settings.resync * Double.random(in: 0.9...1.1, using: &random)
      needsAll = await nap(until: period - last.elapsed)
    }
    await eyes?.close()
  }

  /// Waits for the next look at all domains, or for a reason to look at the list of them.
  /// - Returns: whether it is time for all.
  private func nap(until pause: Duration) async -> Bool {
    let clock = time.clock
    return await withTaskGroup(of: Bool.self) { group in
      group.addTask {
        // Cancelled, the other was first.
        guard pause > .zero else { return true }
        return (try? await clock.sleep(for: pause)) != nil
      }
      group.addTask { [soon] in
        var reasons = soon.makeAsyncIterator()
        guard await reasons.next() != nil else { return false }
        // Many domains that change at once are one reason.
        try? await clock.sleep(for: .milliseconds(200))
        return false
      }
      let first = await group.next() ?? true
      group.cancelAll()
      return first
    }
  }

  /// What the store knows, before libvirt is asked.
  private func load(_ surroundings: Surroundings) async {
    let (store, host) = (surroundings.store, surroundings.host.uuid)
    do throws(Problem) {
      let keys = try await stored { () throws(StoreError) in try await store.keys(host: host) }
      for key in keys {
        let file = try await stored { () throws(StoreError) in try await store.file(of: key, hasDevices: false) }
        guard let file else { continue }
        let name = file.row.name
        let conditions = ConditionMaker.conditions(of: file)
        let isLate = directory.update(name, key) { entry in
          // To read a document takes longer than all the rest: what it says is read when nobody waits for a start.
          let wasRead = entry.isRead
          entry.take(file, nil, conditions)
          entry.isRead = wasRead
          if entry.generation == nil { entry.floor = entry.appliedGeneration }
          entry.isUnseen = entry.state == nil
          // What a daemon that was stopped had begun, or what waited then.
          entry.isDue = entry.generation != entry.observedGeneration || entry.generation != entry.appliedGeneration
          return entry.isDue && entry.generation != nil
        }
        if isLate { queue.add(name) }
      }
    } catch {
      log.error("the store could not be read", metadata: ["error": "\(error.message)"])
    }
  }

  /// Takes in which domains there are.
  /// - Returns: those that were not known before.
  private func merge(_ roster: [Libvirt.DomainSummary], _ host: HostUUID) -> [DomainUUID] {
    var new: [DomainUUID] = []
    var present: Set<String> = []
    for summary in roster {
      present.insert(summary.name)
      let known = directory[summary.name]
      if known == nil || known?.state == nil { new.append(summary.uuid) }
      guard known?.state != summary.state || known?.key.domain != summary.uuid else { continue }
      let key = DomainKey(host: host, domain: summary.uuid)
      let isManaged = directory.update(summary.name, known?.isManaged == true ? known?.key ?? key : key) { entry in
        // A managed domain keeps its state until it is looked at, so that the look sees the change.
        if !entry.isManaged || entry.state == nil { entry.state = summary.state }
        entry.isUnseen = false
        entry.isMissing = false
        return entry.isManaged
      }
      if isManaged { queue.add(summary.name) }
      if known?.state != summary.state {
        board.post(.domain, summary.name) { event in
          event.uuid = summary.uuid
          event.state = summary.state.rawValue
        }
      }
    }
    for entry in directory.all where (entry.state != nil || entry.isUnseen) && !present.contains(entry.name) {
      miss(entry)
    }
    return new
  }

  /// Reads the definitions of managed domains and of those that nobody knows yet, and names what is otherwise than it
  /// was: an unchanged domain costs a digest.
  private func survey(
    _ domains: [DomainUUID], _ hypervisor: any Hypervisor, _ surroundings: Surroundings
  ) async throws(Problem) {
    let wanted = domains.filter { directory[$0].map { $0.isManaged || !$0.isLookedAt } ?? true }
    guard !wanted.isEmpty else { return }
    let ours = Mutex<[Observation]>([])
    try await asking("reading the domains") { () throws(LibvirtError) in
      try await hypervisor.survey(wanted) { observation in
        guard let entry = self.directory[observation.uuid] else { return }
        if !entry.isKept {
          self.directory.change(entry.name) { $0.isLookedAt = true }
          if observation.carriesOurElement { ours.withLock { $0.append(observation) } }
          return
        }
        var isOther = false
        self.directory.change(entry.name) { entry in
          isOther = entry.sees(observation)
          if isOther { entry.failures = 0 }
        }
        guard isOther else { return }
        if entry.isManaged { self.come(entry.name) }
      }
    }
    for observation in ours.withLock({ $0 }) { try await recover(observation, surroundings) }
    measure()
  }

  /// What is measured of a domain comes from its passes. An unchanged one has had none since the start: some get one
  /// each time, so that all are known after a while and nobody waits for it.
  private func measure() {
    let unmeasured = directory.all.filter { $0.isManaged && $0.state != nil && Meters.misses($0.key.domain) }
    for entry in unmeasured.prefix(Resident.measuredAtOnce) { come(entry.name, after: .seconds(1)) }
  }

  private static let measuredAtOnce = 100

  /// A domain that carries our element and has no row: the store was lost. What was applied is known, and not what it
  /// said: the next document is a later one (R16).
  func recover(_ observation: Observation, _ surroundings: Surroundings) async throws(Problem) {
    guard let state = try ObservedDomain(observation).managed else { return }
    let store = surroundings.store
    let row = DomainRow(
      key: DomainKey(host: surroundings.host.uuid, domain: observation.uuid), name: observation.name, origin: .ours,
      createdAt: time.now(), creationDigest: state.creationDigest, appliedGeneration: state.generation,
      observedGeneration: state.generation, isProtected: state.isProtected)
    try await stored { () throws(StoreError) in try await store.save(row) }
    directory.update(observation.name, row.key) { entry in
      entry.take(row)
      entry.floor = state.generation
    }
  }
}

extension Observation {
  /// Whether vmctl has written into it, as far as its bytes say.
  fileprivate var carriesOurElement: Bool {
    let mark = Array(ManagedState.namespace.utf8)
    return (persistent ?? live)?.bytes.firstRange(of: mark) != nil
  }
}
