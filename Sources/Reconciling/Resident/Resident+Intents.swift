package import Control
import Digests
import Intent
import Libvirt
import Planning
import Store
package import Vocabulary

/// Taking documents in.
extension Resident {
  package func submit(_ submission: IntentSubmission) async throws(Problem) -> IntentReceipt {
    let surroundings = try await started()
    if held.isStopping { throw Resident.stopping }
    let document = try document(submission)
    let name = document.name.text
    try await admit(document, submission.requester)
    if let entry = directory[name] { return try await keep(document, submission, entry, surroundings) }
    // Of two that bring a new name at once the second finds what the first has made.
    await arrivals.take(name)
    let result: Result<IntentReceipt, Problem>
    do throws(Problem) {
      try await find(name, surroundings)
      result = .success(try await keep(document, submission, directory[name], surroundings))
    } catch {
      result = .failure(error)
    }
    arrivals.give(name)
    return try result.get()
  }

  /// What is open. Just after the start libvirt is waited for a little: a client that was connected to the daemon
  /// before need not see that it was started anew.
  func started() async throws(Problem) -> Surroundings {
    let watch = Stopwatch(time.clock)
    while watch.elapsed < .seconds(5), !held.isStopping, !held.change({ $0.surroundings != nil }) {
      guard (try? await time.clock.sleep(for: .milliseconds(20))) != nil else { break }
    }
    return try held.surroundings()
  }

  /// A name that nobody here knows may be in the store, or in libvirt, all the same: it is not a new one then.
  private func find(_ name: String, _ surroundings: Surroundings) async throws(Problem) {
    if directory[name] != nil { return }
    let (store, host, hypervisor) = (surroundings.store, surroundings.host.uuid, surroundings.hypervisor)
    let rows = try await stored { () throws(StoreError) in try await store.domains(named: name) }
    if rows.contains(where: { $0.key.host == host }) {
      try await refresh(name)
      return
    }
    let found = try await asking("looking for the domain") { () throws(LibvirtError) in
      try await hypervisor.observe(.name(name))
    }
    guard let found else { return }
    directory.update(name, DomainKey(host: host, domain: found.uuid)) { $0.state = found.state }
    try await recover(found, surroundings)
  }

  private func keep(
    _ document: IntentDocument, _ submission: IntentSubmission, _ entry: DirectoryEntry?, _ surroundings: Surroundings
  ) async throws(Problem) -> IntentReceipt {
    let name = document.name.text
    if let entry, !entry.isManaged, !entry.isKept, entry.state != nil { throw Resident.external(name) }
    if let entry, let uuid = document.uuid, uuid != entry.key.domain {
      throw Problem(
        "uuid-clash", "the domain '\(name)' has another UUID", domain: name, path: "metadata.uuid",
        wanted: uuid.description, found: entry.key.domain.description, remedy: "correct the UUID or the name")
    }
    let row = try await row(for: document, entry, surroundings)
    let now = time.now()
    let incoming = IncomingIntent(
      text: document.text, canonicalDigest: document.canonicalDigest, clientGeneration: document.clientGeneration,
      receivedAt: now, source: Admission.source(of: submission.requester))
    let request = submission.idempotencyKey.map { key in
      IncomingRequest(
        requester: submission.requester.name, key: key, digest: Digest(of: Array(name.utf8) + [0] + document.text),
        at: now)
    }
    let expecting = submission.expecting.map { IntentExpectation($0) } ?? .unsaid
    let acceptance = try await stored { () throws(StoreError) in
      try await surroundings.store.accept(
        incoming, for: row, expecting: expecting, floor: entry?.floor, request: request)
    }
    switch acceptance {
    case .accepted(let generation):
      let isFirst = (entry?.generation ?? entry?.floor) == nil
      took(document, generation, row.key)
      return receipt(name, row.key, generation, isFirst: isFirst, isUnchanged: false)
    case .unchanged(let generation):
      return receipt(name, row.key, generation, isFirst: false, isUnchanged: true)
    case .stale(let current, let clientGeneration):
      throw Resident.stale(document, submission.expecting, current, clientGeneration)
    case .unconditional(let current):
      throw Problem(
        "precondition-required", "the domain '\(name)' has a document, and nothing says that this one knows of it",
        domain: name, wanted: "If-Match with the generation that was changed, or metadata.generation",
        found: "generation \(current)",
        remedy: "fetch the document, change that, and send it with If-Match: \"\(current)\"")
    case .asked(let answered):
      guard let request, answered.isSame(as: request), let generation = answered.generation else {
        throw Resident.mismatch(name)
      }
      return receipt(name, row.key, generation, isFirst: false, isUnchanged: true)
    }
  }

  /// Whether whoever asks may have it: the policy, and the domain that runs the controller itself.
  func admit(_ document: IntentDocument, _ requester: Requester) async throws(Problem) {
    let entry = directory[document.name.text]
    let current = try await mayBeController(entry) ? try await kept(entry) : nil
    try admission.check(document, of: requester, replacing: current)
  }

  func admit(_ request: VerbRequest, _ entry: DirectoryEntry?) async throws(Problem) {
    let current = try await mayBeController(entry) ? try await kept(entry) : nil
    try admission.check(request, on: current)
  }

  /// The document that a domain has.
  func kept(_ entry: DirectoryEntry?) async throws(Problem) -> IntentDocument? {
    guard let entry else { return nil }
    let store = try held.surroundings().store
    let row = try await stored { () throws(StoreError) in try await store.intent(of: entry.key) }
    return try row.map { (row) throws(Problem) in try parsed(row, entry.name) }
  }

  private func document(_ submission: IntentSubmission) throws(Problem) -> IntentDocument {
    let documents: [IntentDocument]
    do throws(IntentFaults) {
      documents = try IntentParser.parse([
        .init(name: submission.source.name, bytes: submission.source.bytes)
      ])
    } catch {
      throw Problem(error)
    }
    guard let document = documents.first, documents.count == 1 else {
      throw Problem(
        "invalid-document", "there are \(documents.count) documents in it", domain: submission.domain, wanted: "one")
    }
    let name = directory.name(of: submission.domain)
    guard document.name.text == name else {
      throw Problem(
        "invalid-document", "the document is of another domain", domain: submission.domain, path: "metadata.name",
        wanted: name, found: document.name.text)
    }
    return document
  }

  /// The row that the store makes where it has none.
  private func row(
    for document: IntentDocument, _ entry: DirectoryEntry?, _ surroundings: Surroundings
  ) async throws(Problem) -> DomainRow {
    let (name, store, host) = (document.name.text, surroundings.store, surroundings.host.uuid)
    if let entry { return DomainRow(key: entry.key, name: name, origin: .ours, createdAt: time.now()) }
    let incarnation = try await stored { () throws(StoreError) in
      try await store.incarnations(of: name, host: host) + 1
    }
    let uuid = PlanMaker.uuid(for: document, host: host, incarnation: incarnation)
    return DomainRow(
      key: DomainKey(host: host, domain: uuid), name: name, incarnation: incarnation, origin: .ours,
      createdAt: time.now())
  }

  /// A document is durable: from here on it is reached.
  private func took(_ document: IntentDocument, _ generation: Generation, _ key: DomainKey) {
    let name = document.name.text
    directory.update(name, key) { entry in
      entry.isKept = true
      // Two that were accepted side by side may be told in the other order.
      guard generation > entry.generation ?? Generation(0) else { return }
      entry.generation = generation
      entry.take(document)
      entry.isDue = true
      entry.failures = 0
    }
    board.post(.intent, name) { event in
      event.uuid = key.domain
      event.generation = generation.number
    }
    interrupt(name)
    queue.add(name)
  }

  private func receipt(
    _ name: String, _ key: DomainKey, _ generation: Generation, isFirst: Bool, isUnchanged: Bool
  ) -> IntentReceipt {
    IntentReceipt(
      generation: generation.number, isFirst: isFirst, isUnchanged: isUnchanged,
      operation: status(of: generation, name, key))
  }

  // MARK: What is said

  static var stopping: Problem {
    Problem("stopping", "vmctld is stopping", remedy: "try again when it runs")
  }

  static func external(_ name: String) -> Problem {
    Problem(
      "name-reuse", "there is a domain '\(name)' already, and vmctl has nothing to do with it", domain: name,
      remedy: "adopt it (`vmctl adopt \(name)`), or choose another name")
  }

  static func mismatch(_ name: String) -> Problem {
    Problem(
      "idempotency-mismatch", "something else was asked for under this Idempotency-Key before", domain: name,
      remedy: "use a new key for each request")
  }

  private static func stale(
    _ document: IntentDocument, _ expecting: IntentSubmission.Expectation?, _ current: Generation?,
    _ clientGeneration: Int64?
  ) -> Problem {
    let name = document.name.text
    if let expecting, !expecting.holds(current) {
      return Problem(
        "stale-generation", "the domain's document is not the one that was expected", domain: name,
        wanted: expecting.words, found: current.map { "generation \($0)" } ?? "no document",
        remedy: "fetch the newest document and change that")
    }
    return Problem(
      "stale-generation", "a newer document was accepted before", domain: name, path: "metadata.generation",
      wanted: document.clientGeneration.map(String.init), found: clientGeneration.map(String.init),
      remedy: "fetch the newest document and change that")
  }
}

extension IntentExpectation {
  fileprivate init(_ expectation: IntentSubmission.Expectation) {
    switch expectation {
    case .absent: self = .none
    case .present: self = .some
    case .generation(let number): self = .generation(Generation(number))
    }
  }
}

extension IntentSubmission.Expectation {
  fileprivate func holds(_ current: Generation?) -> Bool {
    switch self {
    case .absent: current == nil
    case .present: current != nil
    case .generation(let number): current?.number == number
    }
  }

  fileprivate var words: String {
    switch self {
    case .absent: "no document"
    case .present: "a document"
    case .generation(let number): "generation \(number)"
    }
  }
}
