package import Control
import Planning
import Store
package import Vocabulary

extension EmbeddedControl {
  package func perform(_ request: VerbRequest) async throws(Problem) -> AsyncStream<ProgressEvent> {
    let surroundings = try await workplace.work()
    // Not every verb journals before its first call.
    try await stored { () throws(StoreError) in try surroundings.store.requireRoom() }
    return stream(surroundings, [request.domain]) { _, progress in
      request.verb == .adopt
        ? await EmbeddedControl.adopt(surroundings, request, progress)
        : await VerbRunner(surroundings, request, progress).run()
    }
  }

  package func adoption(of domain: String) async throws(Problem) -> AdoptionDocument {
    let proposal = try await Adopter(reader: try await workplace.look().reader, time: time).proposal(domain)
    return AdoptionDocument(
      document: proposal.text, plan: PlanDocument(proposal.plan), withoutID: proposal.apart)
  }

  /// A reconcile of the document that the domain already is.
  static func adopt(
    _ surroundings: Surroundings, _ request: VerbRequest, _ progress: ProgressSink, operation: OperationID? = nil
  ) async -> OperationReport {
    do throws(Problem) {
      let adopter = Adopter(reader: Looking(surroundings).reader, time: surroundings.time)
      let proposal = try await adopter.proposal(request.domain)
      if let obstacle = Adopter.obstacle(proposal) { throw obstacle }
      return await DomainReconciler(
        surroundings, wanted: proposal.document, options: .init(), timeout: .milliseconds(request.timeout),
        adopting: proposal.managed, operation: operation, progress: progress
      ).run()
    } catch {
      var report = OperationReport(
        domain: request.domain, verb: request.verb.rawValue, outcome: error.code.outcome, summary: error.message)
      report.problems = [error]
      return report
    }
  }
}
