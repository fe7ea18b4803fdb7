import Control
import DomainXML
import Intent
import Planning
import Reconciling
import Vocabulary

/// What would turn a domain's devices into those of another domain document.
struct TargetPlan {
  let live: DomainDefinition?
  let persistent: DomainDefinition?
  let facts: HostFacts
  let removals: Set<DeviceID>

  func document(towards target: DomainDefinition, source: String) throws -> PlanDocument {
    guard let name = DomainName((live ?? persistent ?? target).name) else {
      throw Problem(
        "invalid-document", "the domain has a name that vmctl does not take", path: source,
        wanted: DomainName.rule, found: target.name)
    }
    guard live != nil || persistent != nil else { return creation(of: target, name, source) }
    let known = PlanningInput.offline(
      IntentDocument(target: target.document, name: name, devices: [], source: source), uuid: nil, live: live,
      persistent: persistent, facts: facts)
    let match: TargetMatch
    do throws(XMLFault) {
      match = try TargetMatch(target: target, live: live, persistent: persistent, managed: known.managed)
    } catch {
      throw Problem("invalid-document", "\(source): \(error.message)", path: source)
    }
    let wanted = IntentDocument(target: target.document, name: name, devices: match.wanted, source: source)
    var input = PlanningInput.offline(wanted, uuid: nil, live: live, persistent: persistent, facts: facts)
    input.uuid = known.uuid
    input.managed.creationDigest = nil
    input.managed.bindings = match.bindings
    // A target states every device there is: what it leaves out is meant to go.
    input.options.removals = removals.union(match.bindings.map(\.id)).subtracting(match.wanted.map(\.id))
    var plan = Planner.plan(input)
    plan.steps.removeAll { $0.target == .metadata }
    plan.refused += match.refused
    plan.unchanged += match.unchangedApart
    plan.unmanaged = []
    plan.notes.append("only devices are compared; machine, CPU, memory and settings are not")
    return PlanDocument(plan)
  }

  private func creation(of target: DomainDefinition, _ name: DomainName, _ source: String) -> PlanDocument {
    let wanted = IntentDocument(target: target.document, name: name, devices: [], source: source)
    return PlanDocument(
      Planner.plan(.offline(wanted, uuid: wanted.uuid, live: nil, persistent: nil, facts: facts)))
  }
}
