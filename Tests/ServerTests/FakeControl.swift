import Control
import Synchronization
import Vocabulary

/// Writes down what it is asked, and answers with samples.
final class FakeControl: ResidentControl {
  private struct State {
    var calls: [String] = []
    var problem: Problem?
    var listing = DomainListing(items: [Sample.item("web", ["team": "a"]), Sample.item("db", ["team": "b"], 1)])
    var isReady = true
    var watchers: [AsyncStream<ServerEvent>.Continuation] = []
    var secrets: [String] = []
    var progress: [AsyncStream<ProgressEvent>.Continuation] = []
    var holdsProgress = false
  }

  private let state = Mutex(State())

  /// Since the last look.
  func takeCalls() -> [String] {
    state.withLock { state in
      defer { state.calls = [] }
      return state.calls
    }
  }

  func fail(with problem: Problem?) { state.withLock { $0.problem = problem } }
  func setReady(_ isReady: Bool) { state.withLock { $0.isReady = isReady } }
  func setListing(_ listing: DomainListing) { state.withLock { $0.listing = listing } }
  func post(_ event: ServerEvent) { for watcher in state.withLock({ $0.watchers }) { watcher.yield(event) } }
  func holdProgress() { state.withLock { $0.holdsProgress = true } }
  var progress: [AsyncStream<ProgressEvent>.Continuation] { state.withLock { $0.progress } }
  var secrets: [String] { state.withLock { $0.secrets } }
  var watcherCount: Int { state.withLock { $0.watchers.count } }

  private func note(_ call: String) throws(Problem) {
    let problem = state.withLock { state in
      state.calls.append(call)
      return state.problem
    }
    if let problem { throw problem }
  }

  func submit(_ submission: IntentSubmission) async throws(Problem) -> IntentReceipt {
    try note(
      "submit \(submission.domain) \(submission.source.name) \(submission.source.bytes.count) "
        + "\(submission.expecting.map { "\($0)" } ?? "nothing") \(submission.idempotencyKey ?? "-") "
        + "\(submission.requester.name) \(submission.requester.trust)")
    return IntentReceipt(generation: 8, isFirst: false, isUnchanged: true, operation: Sample.status)
  }

  func begin(_ request: VerbRequest, idempotencyKey: String?) async throws(Problem) -> OperationStatus {
    if let secret = request.secret { state.withLock { $0.secrets.append(secret.text) } }
    try note("begin \(FakeControl.words(request)) \(idempotencyKey ?? "-")")
    return Sample.status
  }

  func begin(
    reconciling request: ReconcileRequest, idempotencyKey: String?
  ) async throws(Problem) -> OperationStatus {
    try note("begin reconcile \(FakeControl.words(request)) \(idempotencyKey ?? "-")")
    return Sample.status
  }

  func operation(_ id: String, wait: Int64) async throws(Problem) -> OperationStatus {
    try note("operation \(id) \(wait)")
    return Sample.status
  }

  func list(_ query: DomainQuery) async throws(Problem) -> DomainListing {
    try note(
      "list \(query.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }) "
        + "\(query.isManaged.map { "\($0)" } ?? "-") \(query.after ?? "-") \(query.limit)")
    var listing = state.withLock { $0.listing }
    listing.items.sort { $0.name < $1.name }
    if let after = query.after { listing.items.removeAll { $0.name <= after } }
    if listing.items.count > query.limit {
      listing.items = Array(listing.items.prefix(query.limit))
      listing.next = listing.items.last?.name
    }
    return listing
  }

  func events(after id: String?) async throws(Problem) -> AsyncStream<ServerEvent> {
    try note("events \(id ?? "-")")
    let (stream, continuation) = AsyncStream.makeStream(of: ServerEvent.self)
    state.withLock { $0.watchers.append(continuation) }
    return stream
  }

  func devicesXML(_ request: XMLRequest, kind: String?) async throws(Problem) -> XMLText {
    try note("devices \(FakeControl.words(request)) \(kind ?? "-")")
    return XMLText("<devices/>")
  }

  func revisions(of domain: String, limit: Int) async throws(Problem) -> [RevisionDocument] {
    try note("revisions \(domain) \(limit)")
    return [Sample.revision]
  }

  func compare(_ request: ABICompareRequest) async throws(Problem) -> ABIReport {
    try note("compare \(request.source) \(request.target) \(request.libvirt ?? "-")")
    return Sample.comparison
  }

  func readiness() async -> ReadinessReport {
    state.withLock { state in
      state.calls.append("readiness")
      return state.isReady ? ReadinessReport(isReady: true) : ReadinessReport(isReady: false, reasons: ["no libvirt"])
    }
  }

  func plan(_ request: ReconcileRequest) async throws(Problem) -> [PlanDocument] {
    try note("plan \(FakeControl.words(request))")
    return [Sample.plan]
  }

  func adoption(of domain: String) async throws(Problem) -> AdoptionDocument {
    try note("adoption \(domain)")
    return Sample.adoption
  }

  func differences(of domain: String) async throws(Problem) -> DifferenceDocument {
    try note("differences \(domain)")
    return Sample.differences
  }

  func provenance(of domain: String) async throws(Problem) -> ProvenanceDocument {
    try note("provenance \(domain)")
    return Sample.provenance
  }

  func reconcile(_ request: ReconcileRequest) async throws(Problem) -> AsyncStream<ProgressEvent> {
    try note("reconcile \(FakeControl.words(request))")
    return events()
  }

  func perform(_ request: VerbRequest) async throws(Problem) -> AsyncStream<ProgressEvent> {
    if let secret = request.secret { state.withLock { $0.secrets.append(secret.text) } }
    try note("perform \(FakeControl.words(request))")
    return events()
  }

  private func events() -> AsyncStream<ProgressEvent> {
    let (stream, continuation) = AsyncStream.makeStream(of: ProgressEvent.self)
    continuation.yield(ProgressEvent(sequence: 1, domain: "web", phase: .begun, step: Sample.step))
    let isHeld = state.withLock { state in
      if state.holdsProgress { state.progress.append(continuation) }
      return state.holdsProgress
    }
    if !isHeld {
      continuation.yield(Sample.finished)
      continuation.finish()
    }
    return stream
  }

  func domains(_ names: [String]) async throws(Problem) -> [DomainReport] {
    try note("domains \(names)")
    return names == ["nobody"] ? [] : [Sample.report]
  }

  func xml(_ request: XMLRequest) async throws(Problem) -> XMLText {
    try note("xml \(FakeControl.words(request))")
    return XMLText("<domain/>")
  }

  func document(of domain: String, generation: Int64?) async throws(Problem) -> IntentSource {
    try note("document \(domain) \(generation.map(String.init) ?? "-")")
    return IntentSource(name: "web.yaml", bytes: Array("kind: Domain\n".utf8))
  }

  func history(of domain: String, limit: Int) async throws(Problem) -> [OperationReport] {
    try note("history \(domain) \(limit)")
    return [Sample.operation]
  }

  func examination() async throws(Problem) -> ExaminationReport {
    try note("examination")
    return Sample.examination
  }

  func storeCheck() async throws(Problem) -> ExaminationReport {
    try note("storeCheck")
    return Sample.examination
  }

  func repairStore() async throws(Problem) -> ExaminationReport {
    try note("repairStore")
    return Sample.examination
  }

  func backUpStore(to file: String, overwriting: Bool) async throws(Problem) -> BackupReport {
    try note("backUpStore \(file) \(overwriting)")
    return Sample.backup
  }

  func restoreStore(from file: String) async throws(Problem) -> RestoreReport {
    throw Problem("usage", "not over HTTP")
  }

  func capture(machines: [String]) async throws(Problem) -> HostCapture {
    try note("capture \(machines)")
    return Sample.capture
  }

  func check(_ request: HostCheckRequest) async throws(Problem) -> HostCheckReport {
    try note("check \(request.domains) \(request.isStored) \(request.host.count) \(request.from.count)")
    return Sample.hostCheck
  }

  func snapshot() async throws(Problem) -> HostSnapshot {
    try note("snapshot")
    return Sample.snapshot
  }

  func verify(_ snapshot: HostSnapshot) async throws(Problem) -> HostVerification {
    try note("verify \(snapshot.hostname)")
    return Sample.verification
  }

  private static func words(_ request: XMLRequest) -> String {
    "\(request.domain) \(request.side?.rawValue ?? "-") \(request.revision.map(String.init) ?? "-")"
  }

  private static func words(_ request: VerbRequest) -> String {
    let remains = [request.remains.nvram, request.remains.tpm, request.remains.savedImage, request.remains.snapshots]
    return "\(request.verb) \(request.domain) \(request.device ?? "-") \(request.timeout) \(request.force) "
      + "\(request.ifPending) \(remains.map { $0?.rawValue ?? "-" }.joined(separator: ",")) "
      + "\(request.size.map(String.init) ?? "-") \(request.requester.name)"
  }

  private static func words(_ request: ReconcileRequest) -> String {
    "\(request.domains) \(request.documents.map { "\($0.name):\($0.bytes.count)" }) \(request.all) "
      + "\(request.removals) \(request.reassert) \(request.grow) \(request.timeout) \(request.isDetached) "
      + request.requester.name
  }
}
