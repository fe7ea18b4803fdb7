import DomainXML
import Intent
import Libvirt
import Planning
import Store
import Vocabulary

/// A domain as libvirt shows it now, with both sides indexed.
struct ObservedDomain: Sendable {
  let observation: Observation
  let live: DomainDefinition?
  let persistent: DomainDefinition?
  /// What vmctl keeps in the domain; where the sides differ the persistent one counts (design section 6).
  let managed: ManagedState?

  init(_ observation: Observation) throws(Problem) {
    self.observation = observation
    live = try ObservedDomain.definition(observation, .live)
    persistent = try ObservedDomain.definition(observation, .persistent)
    managed = persistent.flatMap { ManagedState(in: $0) } ?? live.flatMap { ManagedState(in: $0) }
  }

  var leading: DomainDefinition? { live ?? persistent }

  func definition(_ side: Side) -> DomainDefinition? { side == .live ? live : persistent }

  private static func definition(_ observation: Observation, _ side: Side) throws(Problem) -> DomainDefinition? {
    guard let text = observation.xml(side) else { return nil }
    do throws(XMLFault) {
      return try DomainDefinition(text)
    } catch {
      throw Problem(error, domain: observation.name, side: side)
    }
  }
}

/// What is known of the domain that a document or a command names: libvirt's word, and the store's.
struct Knowledge: Sendable {
  enum Presence: Sendable {
    case present(ObservedDomain)
    /// Never seen by this store.
    case unknown
    /// Recorded once, and libvirt does not have it (I11).
    case gone(reason: String)
  }

  let name: String
  let uuid: DomainUUID?
  /// Which domain of the name a new one would be, from 1.
  var incarnation = 1
  var presence: Presence
  /// Everything that the store has on it.
  var file: DomainFile?
  /// The UUID applied under this name before, where libvirt has another domain of the name now (R15).
  var appliedUUID: DomainUUID?
  /// A `vmctl delete` removed the definition and was stopped before it forgot the domain.
  var isHalfDeleted = false
  /// What an adoption is about to write into a domain that has nothing of ours yet.
  var adopting: ManagedState?

  var observed: ObservedDomain? {
    guard case .present(let domain) = presence else { return nil }
    return domain
  }

  /// The domain's metadata, or what the store remembers of it where a foreign hand removed the element.
  var managed: ManagedState {
    if let state = observed?.managed ?? adopting { return state }
    guard let file else { return ManagedState() }
    return ManagedState(
      generation: file.row.appliedGeneration, creationDigest: file.row.creationDigest,
      isProtected: file.row.isProtected,
      bindings: file.applied.map { device in
        ManagedState.Binding(
          id: device.id, alias: device.alias == device.id.alias || device.isReference ? nil : device.alias,
          key: key(of: device, in: file),
          isReference: device.isReference, content: device.appliedXMLDigest, isProtected: device.isProtected)
      },
      tombstones: file.ledger.filter { $0.state == .tombstone }
        .sorted { ($0.removedAt ?? $0.since) < ($1.removedAt ?? $1.since) }
        .compactMap { row in row.slot.map { ManagedState.Tombstone(id: row.device, slot: $0) } })
  }

  private func key(of device: AppliedDevice, in file: DomainFile) -> String? {
    guard device.isReference else { return nil }
    return file.ledger.first { $0.device == device.id }.map { "\($0.kind) \($0.naturalKey ?? "")" }
  }

  /// What the guest of the run that libvirt shows was asked for: a request ends with its run. One that a saved image
  /// kept (T23) is made again, which does no harm.
  var unplugs: [UnplugRow] {
    guard let run = observed?.observation.id else { return [] }
    return (file?.unplugs ?? []).filter { $0.run == run }
  }

  /// Phantom devices of the run that libvirt shows: those of an earlier one went with its process.
  var phantoms: [PhantomRow] {
    guard let run = observed?.observation.id else { return [] }
    return (file?.phantoms ?? []).filter { $0.run == run }
  }

  /// Whether libvirt has a domain of the name that vmctl has never had to do with.
  var isForeign: Bool {
    guard let observed, adopting == nil else { return false }
    return observed.managed == nil && file?.intent == nil && file?.intentDamage == nil
  }
}
