import Control
import Digests
import Intent
import Libvirt
import Store
import Vocabulary

/// What a daemon knows of a domain without asking anybody.
struct DirectoryEntry: Sendable {
  let name: String
  var key: DomainKey
  /// libvirt's word; `nil` where libvirt does not have it.
  var state: DomainState?
  /// Whether the store has a row of it; a domain without is external.
  var isKept = false
  var labels: [String: String] = [:]
  var role: String?
  /// Whether labels and role are those of the newest document.
  var isRead = false
  /// The newest document that was accepted.
  var generation: Generation?
  var observedGeneration: Generation?
  var appliedGeneration: Generation?
  /// What the domain itself carries as applied: after the store was lost, the next document is a later one.
  var floor: Generation?
  var isSuspended = false
  var conditions: [DomainCondition] = []
  /// Each side as it was seen last.
  var seen = BothSides<Digest?>(live: nil, persistent: nil)
  /// The store knew it at the start, and libvirt was not asked yet.
  var isUnseen = false
  /// libvirt had it, or the store did, and libvirt's list of domains is without it.
  var isMissing = false
  /// How it is on its way out, as far as libvirt's events say.
  var leaving: Departure?
  var gone: DomainRow.Gone?
  /// Whether it was seen that an external domain carries nothing of ours.
  var isLookedAt = false
  /// There is a reason to reach the document anew; without one a look is enough to see that nothing changed.
  var isDue = false
  /// Passes that went wrong in a row.
  var failures = 0

  init(name: String, key: DomainKey) {
    self.name = name
    self.key = key
  }

  /// Whether there is something to reach.
  var isManaged: Bool { generation != nil || floor != nil }

  /// libvirt's word, or what there is to say where it has none.
  var words: String { state?.rawValue ?? (appliedGeneration == nil ? "not created" : "gone") }

  var item: DomainListing.Item {
    var item = DomainListing.Item(name: name, uuid: key.domain, state: words, isManaged: isManaged)
    item.labels = labels
    item.role = role
    item.generation = (generation ?? floor)?.number
    item.observedGeneration = observedGeneration?.number
    item.conditions = conditionsNow
    return item
  }

  /// A document that no pass has looked at yet leaves nothing of what was said of the one before it.
  var conditionsNow: [DomainCondition] {
    guard let generation, generation > observedGeneration ?? Generation(0) else { return conditions }
    let fresh = ConditionMaker.pending(generation, observed: observedGeneration, isSuspended: isSuspended)
    return fresh + conditions.filter { condition in !fresh.contains { $0.type == condition.type } }
  }

  /// Takes in what the store has on the domain.
  /// - Parameters:
  ///   - file: all of it.
  ///   - document: what its intent says; `nil` where it cannot be read.
  ///   - conditions: as they follow from the file.
  ///   - keepingSeen: its records are not what was seen last.
  mutating func take(
    _ file: DomainFile, _ document: IntentDocument?, _ conditions: [DomainCondition], keepingSeen: Bool = false
  ) {
    // A document that was accepted since the store was read is newer than what was read.
    let isBehind = key == file.row.key && file.intent?.generation ?? Generation(0) < generation ?? Generation(0)
    take(file.row)
    if !isBehind {
      generation = file.intent?.generation
      if let document { take(document) }
      isRead = true
    }
    if !keepingSeen {
      seen = BothSides(live: file.heads.live?.bytesDigest, persistent: file.heads.persistent?.bytesDigest)
    }
    self.conditions = conditions
  }

  /// Takes in what libvirt shows. The record of a run that is over is held against nothing.
  /// - Returns: whether it is otherwise than what was seen last.
  mutating func sees(_ observation: Observation) -> Bool {
    let live = observation.live.map { Digest(of: $0.bytes) }
    let persistent = observation.persistent.map { Digest(of: $0.bytes) }
    if observation.state == state, live == nil || live == seen.live, persistent == seen.persistent { return false }
    state = observation.state
    isMissing = false
    seen = BothSides(live: live, persistent: persistent)
    return true
  }

  mutating func take(_ row: DomainRow) {
    key = row.key
    isKept = true
    observedGeneration = row.observedGeneration
    appliedGeneration = row.appliedGeneration
    isSuspended = row.isSuspended
    gone = row.gone
  }

  /// A definition that goes after an outgoing migration goes with it (`virsh migrate --undefinesource`).
  mutating func hears(_ lifecycle: Lifecycle) {
    switch lifecycle {
    case .stoppedMigrated: leaving = .migrated
    case .undefinedRemoved: leaving = leaving ?? .undefined
    default: if [.defined, .started].contains(lifecycle.event) { leaving = nil }
    }
  }

  mutating func take(_ document: IntentDocument) {
    labels = document.labels
    role = document.role?.rawValue
    isRead = true
  }

  var isUnread: Bool { generation != nil && !isRead }
}
