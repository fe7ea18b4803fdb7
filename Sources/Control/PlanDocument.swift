package import Vocabulary

/// A plan as programs read it (design section 7). One for each domain.
package struct PlanDocument: Sendable, Codable, Hashable {
  package struct DomainName: Sendable, Codable, Hashable {
    package let name: String
    package let uuid: UniversalID?

    package init(name: String, uuid: UniversalID?) {
      self.name = name
      self.uuid = uuid
    }
  }

  package struct Summary: Sendable, Codable, Hashable {
    package var add = 0
    package var change = 0
    package var remove = 0
    package var nextBoot = 0
    package var refused = 0
    package var unchanged = 0

    package init() {}
  }

  package struct Capacity: Sendable, Codable, Hashable {
    package let free: Int
    package let needed: Int

    package init(free: Int, needed: Int) {
      self.free = free
      self.needed = needed
    }
  }

  package var apiVersion = "vmctl/v1"
  package var kind = "Plan"
  package let domain: DomainName
  package let generation: Int64
  package var summary = Summary()
  package var steps: [StepDocument] = []
  /// Where a domain that is to be created will have its devices.
  package var placements: [DeviceDocument] = []
  package var refused: [RefusalDocument] = []
  package var drift: [DriftDocument] = []
  package var nextBoot: [PendingDocument] = []
  package var waiting: [WaitingDocument] = []
  package var notes: [String] = []
  package var capacity: [String: Capacity] = [:]
  package var unmanaged: [DeviceDocument] = []

  package init(domain: DomainName, generation: Int64) {
    self.domain = domain
    self.generation = generation
  }

  /// What `plan` ends with: refusals first, then changes where they are asked for.
  package func outcome(detailed: Bool) -> Outcome {
    // Whatever a plan refuses is refused, also under a code that this version does not know.
    let refusals = refused.map { Problem.Code(rawValue: $0.code).outcome }.map { $0 == .error ? .refused : $0 }
    if let worst = refusals.max() { return worst }
    return detailed && !steps.isEmpty ? .changesFound : .asWanted
  }
}

/// What a step is aimed at: exactly one of the fields is set.
package struct TargetDocument: Sendable, Codable, Hashable {
  package var device: String?
  package var controller: String?
  package var setting: String?
  /// A device that no id names.
  package var unlisted: String?
  package var power: Bool?
  package var domain: Bool?
  package var metadata: Bool?

  package init(
    device: String? = nil, controller: String? = nil, setting: String? = nil, unlisted: String? = nil,
    power: Bool? = nil, domain: Bool? = nil, metadata: Bool? = nil
  ) {
    self.device = device
    self.controller = controller
    self.setting = setting
    self.unlisted = unlisted
    self.power = power
    self.domain = domain
    self.metadata = metadata
  }

  /// For people: `data`, `scsi 0`, `power`.
  package var name: String {
    if let name = device ?? controller ?? setting ?? unlisted { return name }
    if power == true { return "power" }
    if metadata == true { return "metadata" }
    return "domain"
  }
}

package struct StepDocument: Sendable, Codable, Hashable {
  package struct Change: Sendable, Codable, Hashable {
    package let path: String
    package let from: String?
    package let to: String

    package init(path: String, from: String?, to: String) {
      self.path = path
      self.from = from
      self.to = to
    }
  }

  package let order: Int
  package let target: TargetDocument
  /// The device kind.
  package var kind: String?
  package let action: String
  package var side: String?
  /// `live`, `guest` or `nextBoot`.
  package let effect: String
  package var slot: Slot?
  package var guestPath: String?
  package let call: String
  package var xml: String?
  package let reason: String
  package var changes: [Change]?
  package var waitsFor: String?

  package init(
    order: Int, target: TargetDocument, kind: String?, action: String, side: String?, effect: String, slot: Slot?,
    guestPath: String?, call: String, xml: String?, reason: String, changes: [Change]?, waitsFor: String?
  ) {
    self.order = order
    self.target = target
    self.kind = kind
    self.action = action
    self.side = side
    self.effect = effect
    self.slot = slot
    self.guestPath = guestPath
    self.call = call
    self.xml = xml
    self.reason = reason
    self.changes = changes
    self.waitsFor = waitsFor
  }
}

package struct RefusalDocument: Sendable, Codable, Hashable {
  package let target: TargetDocument?
  package let code: String
  package let path: String?
  package let wanted: String?
  package let `is`: String?
  package let reason: String
  package let wouldTake: String?

  package init(
    target: TargetDocument?, code: String, path: String?, wanted: String?, is found: String?, reason: String,
    wouldTake: String?
  ) {
    self.target = target
    self.code = code
    self.path = path
    self.wanted = wanted
    self.is = found
    self.reason = reason
    self.wouldTake = wouldTake
  }
}

package struct DriftDocument: Sendable, Codable, Hashable {
  package let device: String?
  package let path: String
  package let side: String
  package let was: String?
  package let `is`: String?
  /// `libvirt`, `guest` or `foreign`.
  package let by: String

  package init(device: String?, path: String, side: String, was: String?, is found: String?, by: String) {
    self.device = device
    self.path = path
    self.side = side
    self.was = was
    self.is = found
    self.by = by
  }
}
