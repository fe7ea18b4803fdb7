package import Control
import DomainXML
import Intent
package import Libvirt
import Planning
package import Store
package import Vocabulary

/// `VMControl` in this process: what `vmctl` does by itself, and what a daemon does behind its API.
package final class EmbeddedControl: VMControl {
  let workplace: Workplace
  let time: Timekeeper

  /// How many domains are worked at side by side: libvirtd serves five calls of a client at once.
  static let parallelDomains = 4

  /// Opens nothing yet.
  /// - Parameters:
  ///   - uri: as virsh's `-c`; `nil` for libvirt's own choice.
  ///   - storePath: `--store`; `nil` for `VMCTL_STORE` or the default.
  ///   - environment: of the process.
  ///   - isRoot: decides the default store.
  ///   - command: what other processes are told of who holds the store.
  /// - Throws: where no place for a store can be told.
  package convenience init(
    uri: String?, storePath: String?, environment: [String: String], isRoot: Bool, command: String
  ) throws(Problem) {
    let location: StoreLocation
    do throws(StoreError) {
      location = try StoreLocation.standard(option: storePath, environment: environment, isRoot: isRoot)
    } catch {
      throw Problem(error)
    }
    self.init(uri: uri, location: location, command: command, time: .system) {
      (uri, readOnly) async throws(LibvirtError) in try await Connection.open(uri: uri, readOnly: readOnly)
    }
  }

  /// With another hypervisor and clock behind it.
  package convenience init(
    uri: String?, location: StoreLocation, command: String, time: Timekeeper,
    connect: @escaping @Sendable (String?, Bool) async throws(LibvirtError) -> any Hypervisor
  ) {
    self.init(Workplace(uri: uri, location: location, command: command, time: time, connect: connect))
  }

  init(_ workplace: Workplace) {
    time = workplace.time
    self.workplace = workplace
  }

  /// Begins what nearly every command needs, while a program still reads its arguments.
  package static func beginEarly() { Connection.beginEarly() }

  // MARK: Plan

  package func plan(_ request: ReconcileRequest) async throws(Problem) -> [PlanDocument] {
    let given = try await documents(request)
    let looking = try await workplace.look()
    var plans: [PlanDocument] = []
    for selection in try await selected(request, given, looking) {
      let document: IntentDocument
      switch selection.document {
      case .success(let found): document = found
      case .failure(let problem):
        plans.append(PlanDocument(of: selection.name, impossible: problem))
        continue
      }
      var knowledge = selection.knowledge
      if knowledge == nil { knowledge = try await looking.reader.read(document.name.text) }
      guard let knowledge else { continue }
      let hardware: HardwareWatch.Answer
      do throws(Problem) {
        hardware = try await HardwareWatch(store: looking.store).check(knowledge) { () async throws(Problem) in
          try await looking.host.description().libvirtVersion
        }
      } catch {
        guard error.code == "abi-changed" else { throw error }
        plans.append(PlanDocument(of: selection.name, impossible: error))
        continue
      }
      var gatherer = HostFactsGatherer(connecting: looking.connecting, host: looking.host)
      let facts = try await gatherer.facts(for: document, knowledge)
      var plan = PlanDocument(PlanMaker(time: time).plan(document, knowledge, facts, options: try options(request)))
      plan.notes += hardware.notes
      plans.append(plan)
    }
    return plans
  }

  // MARK: Reconcile

  package func reconcile(_ request: ReconcileRequest) async throws(Problem) -> AsyncStream<ProgressEvent> {
    let given = try await documents(request)
    let options = try options(request)
    let surroundings = try await workplace.work()
    let looking = Looking(surroundings)
    let wanted = try await selected(request, given, looking).map {
      (name: $0.name, document: $0.document, kept: $0.knowledge?.file?.intent?.generation)
    }
    let timeout = Duration.milliseconds(request.timeout)
    return stream(surroundings, wanted.map(\.name)) { index, progress in
      switch wanted[index].document {
      case .success(let document):
        let reconciler = DomainReconciler(
          surroundings, wanted: document, options: options, timeout: timeout, kept: wanted[index].kept,
          progress: progress)
        return await reconciler.run()
      case .failure(let problem):
        var report = OperationReport(
          domain: wanted[index].name, verb: "reconcile", outcome: problem.code.outcome, summary: problem.message)
        report.problems = [problem]
        return report
      }
    }
  }

  /// Runs work on several domains side by side and says what each does.
  func stream(
    _ surroundings: Surroundings, _ names: [String],
    _ work: @escaping @Sendable (Int, ProgressSink) async -> OperationReport
  ) -> AsyncStream<ProgressEvent> {
    let (stream, continuation) = AsyncStream.makeStream(of: ProgressEvent.self)
    let resident = workplace.resident
    let task = Task {
      await withTaskGroup(of: Void.self) { group in
        for (index, name) in names.enumerated() {
          if index >= EmbeddedControl.parallelDomains { await group.next() }
          group.addTask {
            let progress = ProgressSink(domain: name) { event in
              continuation.yield(event)
              resident?.tap(event)
            }
            var report: OperationReport
            if let resident {
              report = await resident.turn(name) { await work(index, progress) }
            } else {
              report = await work(index, progress)
            }
            if report.uuid != nil || names.count == 1 {
              report.notes += EmbeddedControl.mended(surroundings.store, of: report.uuid)
            }
            progress.send(.finished, message: report.summary, report: report)
          }
        }
      }
      if resident == nil {
        await surroundings.events.stop()
        await surroundings.hypervisor.close()
        // The kernel lets go of the lock with the process too; what was written is durable already.
        try? surroundings.store.close()
      }
      continuation.finish()
    }
    // A daemon finishes what it began, whether or not somebody is still there to see it.
    if resident == nil { continuation.onTermination = { _ in task.cancel() } }
    return stream
  }

  /// What was found damaged in the store on the way, and was put right or set aside.
  private static func mended(_ store: RecordStore, of domain: DomainUUID?) -> [String] {
    store.mendedDamage.filter { $0.domain == nil || domain == nil || $0.domain?.domain == domain }.map { found in
      "\(found.damage.message); it was put right, and what was there is in \(store.location.asidePath)"
    }
  }

  // MARK: Which documents

  private func documents(_ request: ReconcileRequest) async throws(Problem) -> [IntentDocument] {
    let documents: [IntentDocument]
    do throws(IntentFaults) {
      documents = try IntentParser.parse(request.documents.map { .init(name: $0.name, bytes: $0.bytes) })
    } catch {
      throw Problem(error)
    }
    if let resident = workplace.resident {
      for document in documents { try await resident.admit(document, request.requester) }
    }
    return documents
  }

  func options(_ request: ReconcileRequest) throws(Problem) -> PlanningInput.Options {
    var options = PlanningInput.Options()
    options.reassert = request.reassert
    options.grow = request.grow
    for text in request.removals {
      guard let id = DeviceID(text) else {
        throw Problem(
          "usage", "--remove: '\(text)' is not a device id", wanted: DeviceID.rule, found: text)
      }
      options.removals.insert(id)
    }
    return options
  }

  /// A document, and what was read of its domain where that was how it was found.
  private struct Selection {
    let name: String
    /// Or why there is none: one domain's trouble does not hinder the others.
    let document: Result<IntentDocument, Problem>
    var knowledge: Knowledge?

    init(_ document: IntentDocument, _ knowledge: Knowledge? = nil) {
      name = document.name.text
      self.document = .success(document)
      self.knowledge = knowledge
    }

    init(_ name: String, failed problem: Problem) {
      self.name = name
      document = .failure(problem)
    }
  }

  /// The documents that were given, or those that the store has for the domains that are named.
  private func selected(
    _ request: ReconcileRequest, _ given: [IntentDocument], _ looking: Looking
  ) async throws(Problem) -> [Selection] {
    if !given.isEmpty {
      if request.domains.isEmpty { return given.map { Selection($0) } }
      return try request.domains.map { (name) throws(Problem) in
        guard let document = given.first(where: { $0.name.text == name || $0.uuid?.description == name }) else {
          throw Problem(
            "usage", "none of the documents is of the domain '\(name)'", domain: name,
            found: given.map(\.name.text).joined(separator: ", "))
        }
        return Selection(document)
      }
    }
    var names = request.domains
    if request.all, let store = looking.store {
      let host = try await looking.host.description().uuid
      let summaries = try await stored { () throws(StoreError) in try await store.summaries(host: host) }
      // A domain that went to another host by migration is not this host's any more (R14).
      // By its UUID where its row, and so perhaps its name, is damaged.
      names = summaries.filter { summary in
        (summary.generation != nil || summary.hasDamagedIntent) && summary.row.departure != .migrated
      }.map { $0.damage.isEmpty ? $0.row.name : $0.row.key.domain.description }
    }
    if names.isEmpty, !request.all {
      throw Problem("usage", "nothing to do", remedy: "give a document with -f, name a domain, or say --all")
    }
    var found: [Selection] = []
    for name in names {
      do throws(Problem) {
        found.append(try await storedDocument(name, looking))
      } catch {
        let concernsOne = error.domain != nil && error.code != "no-connection"
        guard concernsOne, request.all || (names.count > 1 && error.code == "intent-damaged") else { throw error }
        found.append(Selection(error.domain ?? name, failed: error))
      }
    }
    return found
  }

  private func storedDocument(_ name: String, _ looking: Looking) async throws(Problem) -> Selection {
    let (knowledge, document) = try await known(name, looking)
    guard let document else {
      if let applied = knowledge.observed?.managed?.generation, let file = knowledge.file, file.intentDamage == nil {
        throw Problem(
          "stale-generation", "the store has no document as new as the one that was applied", domain: knowledge.name,
          wanted: "generation \(applied) or newer", found: "an older one, or none: the store was lost or put back",
          remedy: "give the newest document with -f; it is kept from then on")
      }
      throw Problem(
        "no-intent", "no document is known for '\(name)'", domain: name,
        remedy: "give one with -f; it is kept from then on")
    }
    return Selection(document, knowledge)
  }

  /// What is known of a domain, and the document that the store has for it; `nil` where it has none.
  func known(_ name: String, _ looking: Looking) async throws(Problem) -> (Knowledge, IntentDocument?) {
    let (knowledge, parsed) = try await looking.reader.read(name) { file in
      Result { () throws(IntentFaults) in
        try file.intent.map { (intent) throws(IntentFaults) in
          try IntentParser.parse([.init(name: intent.source, bytes: Array(intent.text))])
        }
      }
    }
    let documents: [IntentDocument]?
    do throws(IntentFaults) {
      documents = try parsed?.get()
    } catch {
      throw Problem(error)
    }
    if let damage = knowledge.file?.intentDamage { throw Problem(lostIntent: damage, domain: knowledge.name) }
    guard let documents, knowledge.file?.intent != nil else { return (knowledge, nil) }
    if let document = documents.first(where: { $0.name.text == knowledge.name }) ?? documents.first {
      return (knowledge, document)
    }
    throw Problem("store", "the document kept for '\(name)' is empty", domain: name)
  }
}
