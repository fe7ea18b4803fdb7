import DomainXML
import Intent
import Libvirt
import Planning
import Store
import Vocabulary

/// What `diff` and `blame` look at: a domain as it is, its document, and what steps of ours gave it.
struct Comparison {
  let name: String
  let uuid: DomainUUID
  let observed: ObservedDomain
  /// `nil` where none is known: then only the sides are compared.
  let document: IntentDocument?
  let file: DomainFile?
  let steps: GivenSteps
  /// The ids of metadata and document, and what they are bound to.
  let state: ManagedState

  init(_ knowledge: Knowledge, _ observed: ObservedDomain, document: IntentDocument?, steps: GivenSteps) {
    name = knowledge.name
    uuid = observed.observation.uuid
    self.observed = observed
    self.document = document
    file = knowledge.file
    self.steps = steps
    var state = knowledge.managed
    for wanted in document?.devices ?? [] where state.binding(of: wanted.id) == nil {
      let former = wanted.was.flatMap { state.binding(of: $0) }
      state.bindings.removeAll { $0.id == former?.id }
      state.bindings.append(ManagedState.Binding(id: wanted.id, keeping: former))
    }
    self.state = state
  }

  var generation: Generation? { document == nil ? nil : file?.intent?.generation }

  var sides: [Side] { Side.allCases.filter { observed.definition($0) != nil } }

  /// Whether the newest document is the one that was applied, as a whole.
  var isApplied: Bool { file?.row.appliedGeneration == generation }

  func wanted(_ id: DeviceID?) -> WantedDevice? {
    id.flatMap { id in document?.devices?.first { $0.id == id } }
  }

  /// The managed devices, also those that are on no side, and the unmanaged ones.
  var pairs: [DevicePair] {
    let present = DevicePair.pairs(observed, state)
    let found = Set(present.compactMap(\.id))
    return present
      + state.bindings.filter { !found.contains($0.id) }.map { DevicePair(binding: $0, live: nil, persistent: nil) }
  }

  func attribution(_ pair: DevicePair) -> Attribution {
    let wanted = wanted(pair.id)
    return Attribution(
      domain: name, pair: pair, kind: pair.leading?.kind ?? wanted?.kind ?? .domain, wanted: wanted?.element,
      isApplied: isApplied(pair, wanted),
      isReleasing: pair.id.map { waits(.device($0)) } ?? false, steps: steps)
  }

  /// Whether the guest was asked for something and has not done it.
  func waits(_ target: Step.Target) -> Bool {
    (file?.unplugs ?? []).contains { $0.run == observed.observation.id && $0.target.planned == target }
  }

  private func isApplied(_ pair: DevicePair, _ wanted: WantedDevice?) -> Bool {
    guard let wanted else { return pair.id == nil || document?.devices == nil }
    guard let binding = pair.binding, binding.content == wanted.contentDigest else { return false }
    // The metadata is written before the device: one that is nowhere and that no step has brought is still to come.
    return isApplied || pair.leading != nil || !Side.allCases.allSatisfy { steps.steps(of: binding, on: $0).isEmpty }
  }
}
