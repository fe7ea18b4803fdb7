package import Control
import Store
package import Vocabulary

/// What every control answers, answered with what the daemon has open.
extension Resident {
  package func plan(_ request: ReconcileRequest) async throws(Problem) -> [PlanDocument] {
    try await control.plan(request)
  }

  package func adoption(of domain: String) async throws(Problem) -> AdoptionDocument {
    try await control.adoption(of: domain)
  }

  package func differences(of domain: String) async throws(Problem) -> DifferenceDocument {
    try await control.differences(of: domain)
  }

  package func provenance(of domain: String) async throws(Problem) -> ProvenanceDocument {
    try await control.provenance(of: domain)
  }

  package func reconcile(_ request: ReconcileRequest) async throws(Problem) -> AsyncStream<ProgressEvent> {
    if held.isStopping { throw Resident.stopping }
    guard request.isDetached, request.documents.isEmpty else { return try await control.reconcile(request) }
    // Nobody waits: each is due, and the loop goes on by itself.
    let entries = try request.all ? directory.all.filter(\.isManaged) : request.domains.map(known)
    for entry in entries { come(entry.name) }
    return AsyncStream { $0.finish() }
  }

  package func perform(_ request: VerbRequest) async throws(Problem) -> AsyncStream<ProgressEvent> {
    if held.isStopping { throw Resident.stopping }
    try await admit(request, directory[request.domain])
    return try await control.perform(request)
  }

  package func domains(_ names: [String]) async throws(Problem) -> [DomainReport] { try await control.domains(names) }
  package func xml(_ request: XMLRequest) async throws(Problem) -> XMLText { try await control.xml(request) }

  package func document(of domain: String, generation: Int64?) async throws(Problem) -> IntentSource {
    try await control.document(of: domain, generation: generation)
  }

  package func history(of domain: String, limit: Int) async throws(Problem) -> [OperationReport] {
    try await control.history(of: domain, limit: limit)
  }

  // MARK: Upkeep

  package func examination() async throws(Problem) -> ExaminationReport { try await control.examination() }
  package func storeCheck() async throws(Problem) -> ExaminationReport { try await control.storeCheck() }
  package func repairStore() async throws(Problem) -> ExaminationReport { try await control.repairStore() }

  package func backUpStore(to file: String, overwriting: Bool) async throws(Problem) -> BackupReport {
    try await control.backUpStore(to: file, overwriting: overwriting)
  }

  /// Never while it is in use.
  package func restoreStore(from file: String) async throws(Problem) -> RestoreReport {
    throw Problem(
      "store-held", "vmctld has the store", path: workplace.location.path,
      remedy: "stop vmctld, then `vmctl store restore`")
  }

  // MARK: Guests and hosts

  package func capture(machines: [String]) async throws(Problem) -> HostCapture {
    try await control.capture(machines: machines)
  }

  package func check(_ request: HostCheckRequest) async throws(Problem) -> HostCheckReport {
    try await control.check(request)
  }

  package func snapshot() async throws(Problem) -> HostSnapshot { try await control.snapshot() }

  package func verify(_ snapshot: HostSnapshot) async throws(Problem) -> HostVerification {
    try await control.verify(snapshot)
  }
}
