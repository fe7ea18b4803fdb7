import Control
import DomainXML
import Intent
import Planning
import Reconciling
import Vocabulary

/// A plan from files: the same planner, with an input that nobody was asked for.
struct OfflinePlan {
  private let options: OfflineOptions
  private let selection: SelectionOptions

  init(_ options: OfflineOptions, _ selection: SelectionOptions) {
    self.options = options
    self.selection = selection
  }

  func documents(in context: Context) throws -> [PlanDocument] {
    let live = try options.live.map(definition)
    let persistent = try options.persistent.map(definition)
    try checkSides(live, persistent)
    let facts = try options.host.map { try HostFile.facts(path: $0) } ?? HostFacts()
    if let target = options.target {
      let plan = TargetPlan(live: live, persistent: persistent, facts: facts, removals: removals)
      return [try plan.document(towards: definition(target), source: target)]
    }
    let wanted = try chosen(for: live ?? persistent, in: context)
    return wanted.map { document in
      PlanDocument(Planner.plan(input(document, live, persistent, facts)))
    }
  }

  private var removals: Set<DeviceID> { Set(selection.remove.map(\.id)) }

  private func definition(_ path: String) throws -> DomainDefinition {
    let text = XMLText(try FileBytes.read(path: path, limit: Limits.libvirt.bytes))
    do throws(XMLFault) {
      return try DomainDefinition(text)
    } catch {
      let place = [path, error.line.map(String.init), error.line == nil ? nil : error.column.map(String.init)]
      throw Problem(
        "invalid-document", "\(place.compactMap { $0 }.joined(separator: ":")): \(error.message)", path: path)
    }
  }

  private func checkSides(_ live: DomainDefinition?, _ persistent: DomainDefinition?) throws(Problem) {
    guard let live, let persistent, live.uuid != persistent.uuid else { return }
    throw Problem(
      "usage", "--live and --persistent are two domains", wanted: "one UUID",
      found: "\(live.name) \(live.uuid?.description ?? "-"), "
        + "\(persistent.name) \(persistent.uuid?.description ?? "-")")
  }

  /// The document of the domain in the files; all of them where there is no domain yet.
  private func chosen(for definition: DomainDefinition?, in context: Context) throws -> [IntentDocument] {
    let wanted = try DocumentFiles.parse(try DocumentFiles.read(selection.files, in: context))
    guard let definition else { return wanted }
    if let document = wanted.first(where: { $0.name.text == definition.name }) { return [document] }
    throw Problem(
      "name-mismatch", "the XML is of a domain that no document names", domain: definition.name,
      path: "metadata.name", wanted: wanted.map(\.name.text).joined(separator: ", "), found: definition.name)
  }

  private func input(
    _ wanted: IntentDocument, _ live: DomainDefinition?, _ persistent: DomainDefinition?, _ facts: HostFacts
  ) -> PlanningInput {
    var input = PlanningInput.offline(
      wanted, uuid: wanted.uuid, live: live, persistent: persistent, facts: facts)
    input.options.removals = removals
    input.options.reassert = selection.reassert
    input.options.grow = selection.grow
    return input
  }
}

extension PlanningInput {
  /// The input that files give: what vmctl keeps in the domain is read from its metadata, persistent side first.
  static func offline(
    _ wanted: IntentDocument, uuid: DomainUUID?, live: DomainDefinition?, persistent: DomainDefinition?,
    facts: HostFacts
  ) -> PlanningInput {
    let managed =
      persistent.flatMap { ManagedState(in: $0) } ?? live.flatMap { ManagedState(in: $0) } ?? ManagedState()
    // A new domain's UUID follows from the host too, which no file names: any stands for it.
    let chosen = (live ?? persistent)?.uuid ?? uuid ?? DomainUUID(derivedFrom: wanted.canonicalDigest)
    return PlanningInput(
      wanted: wanted, generation: managed.generation ?? Generation(1), uuid: chosen, live: live,
      persistent: persistent, state: live == nil ? .shutOff : .running, managed: managed, host: facts)
  }
}
