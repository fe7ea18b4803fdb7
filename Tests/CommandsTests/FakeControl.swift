import Control
import Synchronization
import Vocabulary

/// A control that answers what a test says and notes what it was asked.
final class FakeControl: ResidentControl {
  enum Call: Hashable {
    case plan(ReconcileRequest), reconcile(ReconcileRequest), perform(VerbRequest), domains([String]),
      xml(XMLRequest), document(String, Int64?), history(String, Int), adoption(String), differences(String),
      provenance(String), examination, storeCheck, repair, backup(String, Bool), storeRestore(String),
      capture([String]), check(HostCheckRequest), snapshot, verify(HostSnapshot), submit(IntentSubmission),
      begin(VerbRequest, String?), operation(String), list(DomainQuery), events(String?), devices(XMLRequest, String?),
      revisions(String, Int), compare(ABICompareRequest)
  }

  struct Answers {
    var plans: [PlanDocument] = []
    var events: [ProgressEvent] = []
    /// The stream stays open: an operation that waits.
    var staysOpen = false
    /// A call to a libvirtd that does not answer: deaf to cancellation.
    var hangs = false
    var domains: [DomainReport] = []
    var xml = XMLText("")
    var history: [OperationReport] = []
    var differences = DifferenceDocument(domain: .init(name: "web-1", uuid: nil), generation: nil, sides: [])
    var provenance = ProvenanceDocument(domain: .init(name: "web-1", uuid: nil), generation: nil)
    var examination = ExaminationReport([])
    var restore = RestoreReport(store: "/s/vmctl.db", file: "/b/vmctl.db", domains: 2)
    var capture = HostCapture(
      uri: "test:///default", hostname: "canary", host: HostUUID(high: 1, low: 2), libvirt: Version(11, 3),
      hypervisor: Version(10, 0), capturedAt: 0, capabilities: "<capabilities/>")
    var check = HostCheckReport(host: .init(name: "canary", libvirt: nil, hypervisor: nil), from: nil)
    var snapshot = HostSnapshot(
      hostname: "here", host: HostUUID(high: 1, low: 2), libvirt: Version(9, 0), hypervisor: Version(7, 2), takenAt: 0)
    var verification = HostVerification(
      takenAt: 0, before: .init(name: "here", libvirt: Version(9, 0), hypervisor: Version(7, 2)),
      now: .init(name: "here", libvirt: Version(11, 3), hypervisor: Version(10, 0)))
    var problem: Problem?
    /// One look after the other; the last stays.
    var looks: [[DomainReport]] = []
    /// Only what is asked for is answered, and a domain that is not there is thrown, as with libvirt.
    var missing = false
    /// By the name of the domain.
    var receipts: [String: Result<IntentReceipt, Problem>] = [:]
    var serverEvents: [ServerEvent] = []
    /// Milliseconds between them.
    var eventPause = 0
  }

  private let answers: Answers
  private let noted = Mutex<[Call]>([])
  private let open = Mutex<[AsyncStream<ProgressEvent>.Continuation]>([])

  init(_ answers: Answers = Answers()) {
    self.answers = answers
  }

  var calls: [Call] { noted.withLock { $0 } }

  private func note(_ call: Call) throws(Problem) {
    noted.withLock { $0.append(call) }
    if let problem = answers.problem { throw problem }
  }

  func capture(machines: [String]) async throws(Problem) -> HostCapture {
    try note(.capture(machines))
    return answers.capture
  }

  func check(_ request: HostCheckRequest) async throws(Problem) -> HostCheckReport {
    try note(.check(request))
    return answers.check
  }

  func snapshot() async throws(Problem) -> HostSnapshot {
    try note(.snapshot)
    return answers.snapshot
  }

  func verify(_ snapshot: HostSnapshot) async throws(Problem) -> HostVerification {
    try note(.verify(snapshot))
    return answers.verification
  }

  func plan(_ request: ReconcileRequest) async throws(Problem) -> [PlanDocument] {
    try note(.plan(request))
    return answers.plans
  }

  func adoption(of domain: String) async throws(Problem) -> AdoptionDocument {
    try note(.adoption(domain))
    guard let plan = answers.plans.first else { throw Problem("no-such-domain", "there is no domain '\(domain)'") }
    return AdoptionDocument(document: "kind: Domain\n", plan: plan, withoutID: 0)
  }

  func differences(of domain: String) async throws(Problem) -> DifferenceDocument {
    try note(.differences(domain))
    return answers.differences
  }

  func provenance(of domain: String) async throws(Problem) -> ProvenanceDocument {
    try note(.provenance(domain))
    return answers.provenance
  }

  func reconcile(_ request: ReconcileRequest) async throws(Problem) -> AsyncStream<ProgressEvent> {
    try note(.reconcile(request))
    if answers.hangs { await Task.detached { try? await Task.sleep(for: .seconds(20)) }.value }
    return stream()
  }

  func perform(_ request: VerbRequest) async throws(Problem) -> AsyncStream<ProgressEvent> {
    try note(.perform(request))
    return stream()
  }

  func domains(_ names: [String]) async throws(Problem) -> [DomainReport] {
    try note(.domains(names))
    let number = calls.count { if case .domains = $0 { true } else { false } }
    let domains = answers.looks.isEmpty ? answers.domains : answers.looks[min(number, answers.looks.count) - 1]
    if answers.missing, let name = names.first(where: { name in !domains.contains { $0.name == name } }) {
      throw Problem("no-such-domain", "there is no domain '\(name)'", domain: name)
    }
    return answers.missing ? domains.filter { names.isEmpty || names.contains($0.name) } : domains
  }

  func xml(_ request: XMLRequest) async throws(Problem) -> XMLText {
    try note(.xml(request))
    return answers.xml
  }

  func document(of domain: String, generation: Int64?) async throws(Problem) -> IntentSource {
    try note(.document(domain, generation))
    return IntentSource(name: "web-1.yaml", bytes: Array("kind: Domain\n".utf8))
  }

  func history(of domain: String, limit: Int) async throws(Problem) -> [OperationReport] {
    try note(.history(domain, limit))
    return answers.history
  }

  func examination() async throws(Problem) -> ExaminationReport {
    try note(.examination)
    return answers.examination
  }

  func storeCheck() async throws(Problem) -> ExaminationReport {
    try note(.storeCheck)
    return answers.examination
  }

  func repairStore() async throws(Problem) -> ExaminationReport {
    try note(.repair)
    return answers.examination
  }

  func backUpStore(to file: String, overwriting: Bool) async throws(Problem) -> BackupReport {
    try note(.backup(file, overwriting))
    return BackupReport(file: file, bytes: 4_096, domains: 2, schema: 1)
  }

  func restoreStore(from file: String) async throws(Problem) -> RestoreReport {
    try note(.storeRestore(file))
    return answers.restore
  }

  func submit(_ submission: IntentSubmission) async throws(Problem) -> IntentReceipt {
    try note(.submit(submission))
    guard let receipt = answers.receipts[submission.domain] else {
      throw Problem("error", "the test has no receipt for \(submission.domain)")
    }
    return try receipt.get()
  }

  func begin(_ request: VerbRequest, idempotencyKey: String?) async throws(Problem) -> OperationStatus {
    try note(.begin(request, idempotencyKey))
    return OperationStatus(id: "1", domain: request.domain, verb: request.verb.rawValue, state: .running, summary: "")
  }

  func begin(
    reconciling request: ReconcileRequest, idempotencyKey: String?
  ) async throws(Problem) -> OperationStatus {
    try note(.reconcile(request))
    return OperationStatus(
      id: "1", domain: request.domains.first ?? "", verb: "reconcile", state: .running, summary: "")
  }

  func operation(_ id: String, wait: Int64) async throws(Problem) -> OperationStatus {
    try note(.operation(id))
    return OperationStatus(id: id, domain: "web-1", verb: "start", state: .done, summary: "")
  }

  func list(_ query: DomainQuery) async throws(Problem) -> DomainListing {
    try note(.list(query))
    return DomainListing(items: [])
  }

  func events(after id: String?) async throws(Problem) -> AsyncStream<ServerEvent> {
    try note(.events(id))
    let (events, pause) = (answers.serverEvents, answers.eventPause)
    let (stream, continuation) = AsyncStream.makeStream(of: ServerEvent.self)
    Task {
      for event in events {
        if pause > 0 { try? await Task.sleep(for: .milliseconds(pause)) }
        continuation.yield(event)
      }
      continuation.finish()
    }
    return stream
  }

  func devicesXML(_ request: XMLRequest, kind: String?) async throws(Problem) -> XMLText {
    try note(.devices(request, kind))
    return answers.xml
  }

  func revisions(of domain: String, limit: Int) async throws(Problem) -> [RevisionDocument] {
    try note(.revisions(domain, limit))
    return []
  }

  func compare(_ request: ABICompareRequest) async throws(Problem) -> ABIReport {
    try note(.compare(request))
    return ABIReport(verdict: .stable, findings: [])
  }

  func readiness() async -> ReadinessReport { ReadinessReport(isReady: true) }

  private func stream() -> AsyncStream<ProgressEvent> {
    let (stream, continuation) = AsyncStream.makeStream(of: ProgressEvent.self)
    for event in answers.events { continuation.yield(event) }
    if answers.staysOpen { open.withLock { $0.append(continuation) } } else { continuation.finish() }
    return stream
  }
}
