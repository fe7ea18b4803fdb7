package import Control
import DomainXML
import Intent
import Libvirt
import Planning
import Store
package import Vocabulary

extension EmbeddedControl {
  package func differences(of domain: String) async throws(Problem) -> DifferenceDocument {
    let (comparison, _) = try await comparison(domain)
    return DifferenceFinder(comparison).document
  }

  package func provenance(of domain: String) async throws(Problem) -> ProvenanceDocument {
    let (comparison, looking) = try await comparison(domain)
    let baselines = try await baselines(comparison, looking)
    return ProvenanceFinder(comparison) { step, side in baselines[Baseline(operation: step.row.operation, side: side)] }
      .document
  }

  private func comparison(_ domain: String) async throws(Problem) -> (Comparison, Looking) {
    let looking = try await workplace.look()
    let (knowledge, document) = try await known(domain, looking)
    guard let observed = knowledge.observed else {
      if case .gone(let reason) = knowledge.presence {
        throw Problem("gone", "the domain is gone: \(reason)", domain: domain, remedy: "vmctl restore \(domain)")
      }
      throw Problem(
        "no-such-domain", "libvirt has no domain '\(domain)'", domain: domain, remedy: "`vmctl get` lists the domains")
    }
    let steps = try await given(knowledge, looking)
    return (Comparison(knowledge, observed, document: document, steps: steps), looking)
  }

  private func given(_ knowledge: Knowledge, _ looking: Looking) async throws(Problem) -> GivenSteps {
    guard let store = looking.store, let key = knowledge.file?.row.key else { return .none }
    let rows = try await stored { () throws(StoreError) in try await store.doneSteps(of: key) }
    let operations = try await stored { () throws(StoreError) in
      try await store.operations(of: key, limit: Int(Int32.max))
    }
    do throws(XMLFault) {
      return try GivenSteps(rows, operations)
    } catch {
      throw Problem("store", "the journal has a step that cannot be read: \(error.message)", domain: knowledge.name)
    }
  }

  private struct Baseline: Hashable {
    let operation: OperationID
    let side: Side
  }

  /// Each side as libvirt returned it when an operation that gave a device its newest values had ended.
  private func baselines(
    _ comparison: Comparison, _ looking: Looking
  ) async throws(Problem) -> [Baseline: DomainDefinition] {
    guard let store = looking.store, let key = comparison.file?.row.key else { return [:] }
    var found: [Baseline: DomainDefinition] = [:]
    for side in comparison.sides {
      let revisions = try await stored { () throws(StoreError) in try await store.revisions(side, of: key) }
      for binding in comparison.state.bindings {
        guard let step = comparison.steps.steps(of: binding, on: side).first else { continue }
        let baseline = Baseline(operation: step.row.operation, side: side)
        guard found[baseline] == nil, let settled = step.row.settledAt else { continue }
        // The newest that was recorded with the operation, or before: what is equal is not written again.
        let revision = revisions.first { revision in
          revision.operation == step.row.operation || revision.recordedAt <= settled
        }
        guard let revision else { continue }
        let recorded = try await stored { () throws(StoreError) in
          try await store.recorded(side, of: key, revision: revision.number)
        }
        guard let recorded else { continue }
        do throws(XMLFault) {
          found[baseline] = try DomainDefinition(recorded.xml)
        } catch {
          throw Problem(error, domain: comparison.name, side: side)
        }
      }
    }
    return found
  }
}
