import Control
import DomainXML
import Intent
import Libvirt
import Planning
import Vocabulary

/// Takes over a domain that somebody else made: ids for its devices in vmctl's own metadata element, and nothing else.
struct Adopter {
  let reader: KnowledgeReader
  let time: Timekeeper

  /// The document that the domain already is, and what binds its ids.
  struct Proposal {
    let text: String
    let document: IntentDocument
    let managed: ManagedState
    let plan: Plan
    /// Devices that nothing tells apart: they stay without an id.
    let apart: Int
  }

  /// - Throws: where there is no such domain, or it is managed already.
  func proposal(_ domain: String) async throws(Problem) -> Proposal {
    var knowledge = try await reader.read(domain)
    guard let observed = knowledge.observed else {
      throw Problem(
        "no-such-domain", "there is no domain '\(domain)'", domain: domain, remedy: "`vmctl get` lists the domains")
    }
    guard knowledge.isForeign else {
      throw Problem(
        "managed-already", "vmctl manages the domain '\(knowledge.name)' already", domain: knowledge.name,
        remedy: "vmctl plan \(knowledge.name)")
    }
    guard let name = DomainName(knowledge.name) else {
      throw Problem(
        "not-adoptable", "the domain has a name that vmctl does not take", domain: knowledge.name,
        wanted: DomainName.rule, found: knowledge.name)
    }
    let (text, adoption) = try adoption(name, observed)
    knowledge.adopting = ManagedState(bindings: adoption.bindings)
    let document = try document(text, name)
    var gatherer = HostFactsGatherer(connecting: reader.connecting, host: reader.host)
    let facts = try await gatherer.facts(for: document, knowledge)
    return Proposal(
      text: text, document: document, managed: knowledge.managed,
      plan: PlanMaker(time: time).plan(document, knowledge, facts, options: .init()), apart: adoption.apart)
  }

  /// What the proposal asks for beside vmctl's own metadata: nothing, where it can be adopted.
  static func obstacle(_ proposal: Proposal) -> Problem? {
    let others = proposal.plan.steps.filter { $0.target != .metadata }
    guard !others.isEmpty || !proposal.plan.refused.isEmpty else { return nil }
    let first = others.first.map { "\($0.action.rawValue) of \($0.kind ?? "the domain")" }
    return Problem(
      "not-adoptable", "the domain is not what its own document says: \(first ?? proposal.plan.refused[0].reason)",
      domain: proposal.plan.name, remedy: "`vmctl adopt \(proposal.plan.name) --check` shows all of it")
  }

  private func adoption(_ name: DomainName, _ observed: ObservedDomain) throws(Problem) -> (String, Adoption) {
    do throws(XMLFault) {
      let adoption = try Adoption(live: observed.live, persistent: observed.persistent)
      return (
        IntentText.yaml(name: name, uuid: observed.observation.uuid, devices: adoption.devices), adoption
      )
    } catch {
      throw Problem("unreadable-xml", "a device cannot be read by itself: \(error.message)", domain: name.text)
    }
  }

  /// Where a document of this kind comes from, in place of a file's name.
  static let source = "adopt"

  /// What is printed is what is planned: the text is read like any other document.
  private func document(_ text: String, _ name: DomainName) throws(Problem) -> IntentDocument {
    do throws(IntentFaults) {
      if let document = try IntentParser.parse([.init(name: Adopter.source, bytes: Array(text.utf8))]).first {
        return document
      }
    } catch {
      throw Problem(
        "not-adoptable", "the domain's devices make no document that vmctl takes: \(Problem(error).message)",
        domain: name.text)
    }
    throw Problem("not-adoptable", "the domain makes an empty document", domain: name.text)
  }
}
