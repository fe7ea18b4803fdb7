import Control
import Testing
import Vocabulary

/// Documents as a control returns them.
enum Samples {
  static let now: Int64 = 1_700_000_000_000
  static let uuid = UniversalID(high: 0x0b7c_0000_0000_4000, low: 0x8000_0000_0000_0001)

  static let intent = """
    apiVersion: vmctl/v1
    kind: Domain
    metadata:
      name: web-1
    spec:
      power: running
      devices: []

    """

  static func intent(named name: String) -> String { intent.replacing("web-1", with: name) }

  static func slot(_ bus: UInt64) -> Slot { .pci(PCIAddress(bus: bus, slot: 0)) }

  static func step(
    _ action: String, _ target: TargetDocument, order: Int = 1, kind: String? = nil, side: String? = nil,
    effect: String = "live", slot: Slot? = nil, path: String? = nil, reason: String = "because",
    changes: [StepDocument.Change]? = nil, waitsFor: String? = nil
  ) -> StepDocument {
    StepDocument(
      order: order, target: target, kind: kind, action: action, side: side, effect: effect, slot: slot,
      guestPath: path, call: "virDomain…", xml: nil, reason: reason, changes: changes, waitsFor: waitsFor)
  }

  /// Something of everything.
  static var plan: PlanDocument {
    let data = TargetDocument(device: "data")
    let old = TargetDocument(device: "scratch")
    let lan = TargetDocument(device: "lan")
    let up = StepDocument.Change(path: "link/@state", from: "up", to: "down")
    var plan = PlanDocument(domain: .init(name: "web-1", uuid: uuid), generation: 7)
    plan.steps = [
      step("setMetadata", TargetDocument(metadata: true), side: "persistent", reason: "what vmctl keeps has changed"),
      step("setMetadata", TargetDocument(metadata: true), side: "live", reason: "what vmctl keeps has changed"),
      step(
        "attach", TargetDocument(controller: "scsi 0"), side: "live", slot: slot(4), path: "02.3/00.0",
        reason: "'data' needs a scsi controller"),
      step(
        "detach", old, kind: "disk", side: "live", effect: "guest", slot: slot(6), path: "02.5/00.0",
        reason: "applied before and no longer named"),
      step(
        "detach", old, kind: "disk", side: "persistent", slot: slot(6), path: "02.5/00.0",
        reason: "when the guest has let go of it on the live side", waitsFor: "scratch"),
      step(
        "attach", data, kind: "disk", side: "live", slot: slot(5), path: "02.4/00.0",
        reason: "wanted and absent from the live domain"),
      step(
        "attach", data, kind: "disk", side: "persistent", slot: slot(5), path: "02.4/00.0",
        reason: "wanted and absent from the persistent definition"),
      step(
        "update", lan, kind: "interface", side: "live", slot: slot(1), path: "02.0/00.0",
        reason: "link/@state: up → down", changes: [up]),
      step(
        "update", lan, kind: "interface", side: "persistent", slot: slot(1), path: "02.0/00.0",
        reason: "link/@state: up → down, mtu/@size: nothing → 9000",
        changes: [up, .init(path: "mtu/@size", from: nil, to: "9000")]),
      step("start", TargetDocument(power: true), reason: "the document wants the domain running"),
    ]
    plan.waiting = [
      WaitingDocument(
        device: "usb", slot: slot(9), since: now - 192_000, isOverdue: true, endedBy: "the guest letting go of it",
        isWantedAgain: true)
    ]
    plan.refused = [
      RefusalDocument(
        target: TargetDocument(device: "root"), code: "needs-replace", path: "spec.devices[0].driver/@type",
        wanted: "raw", is: "qcow2", reason: "it can change only by detaching and attaching the device",
        wouldTake: "`replace: allowed`")
    ]
    plan.nextBoot = [
      PendingDocument(
        device: "root", path: "driver/@cache", now: "none", atNextBoot: "writeback",
        reason: "libvirt cannot change it while the domain runs", appliedBy: "vmctl restart web-1")
    ]
    plan.drift = [
      DriftDocument(device: "root", path: "source/@file", side: "live", was: "/a", is: "/b", by: "foreign")
    ]
    plan.notes = ["the domain is paused; vmctl resumes only what it paused itself"]
    plan.capacity = ["pci": .init(free: 3, needed: 1)]
    plan.unmanaged = [DeviceDocument(kind: "video", sides: ["live", "persistent"])]
    plan.summary.add = 1
    plan.summary.change = 1
    plan.summary.remove = 1
    plan.summary.nextBoot = 1
    plan.summary.refused = 1
    plan.summary.unchanged = 14
    return plan
  }

  static func emptyPlan(_ name: String = "web-1") -> PlanDocument {
    var plan = PlanDocument(domain: .init(name: name, uuid: uuid), generation: 7)
    plan.summary.unchanged = 14
    return plan
  }

  static func refusedPlan(_ code: String, _ name: String = "web-1") -> PlanDocument {
    var plan = PlanDocument(domain: .init(name: name, uuid: uuid), generation: 7)
    plan.refused = [
      RefusalDocument(
        target: nil, code: code, path: nil, wanted: nil, is: nil, reason: "no", wouldTake: nil)
    ]
    plan.summary.refused = 1
    return plan
  }

  static func changingPlan(_ name: String = "web-1") -> PlanDocument {
    var plan = PlanDocument(domain: .init(name: name, uuid: uuid), generation: 7)
    plan.steps = [step("attach", TargetDocument(device: "data"), kind: "disk", side: "live", slot: slot(5))]
    plan.summary.add = 1
    return plan
  }

  static func report(_ outcome: Outcome, _ domain: String = "web-1", _ summary: String? = nil) -> OperationReport {
    var report = OperationReport(
      id: 3, domain: domain, uuid: uuid, verb: "reconcile", generation: 7, outcome: outcome,
      summary: summary ?? outcome.words)
    report.startedAt = now - 5000
    report.endedAt = now - 2700
    report.steps = [
      OperationReport.Step(
        order: 1, target: TargetDocument(device: "data"), kind: "disk", action: "attach", side: "live",
        slot: slot(5), call: "virDomainAttachDeviceFlags", reason: "wanted", state: "done", startedAt: now - 5000,
        settledAt: now - 4959, error: nil),
      OperationReport.Step(
        order: 2, target: TargetDocument(device: "scratch"), kind: "disk", action: "detach", side: "live",
        slot: slot(6), call: "virDomainDetachDeviceFlags", reason: "gone", state: "notDone", startedAt: now - 4900,
        settledAt: now - 2700, error: "the guest refused"),
    ]
    return report
  }

  static func finished(_ report: OperationReport) -> ProgressEvent {
    ProgressEvent(sequence: 9, domain: report.domain, phase: .finished, report: report)
  }

  /// A reconcile that attaches and then waits for an unplug.
  static var events: [ProgressEvent] {
    let attach = step("attach", TargetDocument(device: "data"), kind: "disk", side: "live", slot: slot(5))
    let detach = step(
      "detach", TargetDocument(device: "scratch"), order: 2, kind: "disk", side: "live", effect: "guest",
      slot: slot(6))
    return [
      ProgressEvent(sequence: 1, domain: "web-1", phase: .begun, step: attach),
      ProgressEvent(sequence: 2, domain: "web-1", phase: .done, step: attach, duration: 41),
      ProgressEvent(sequence: 3, domain: "web-1", phase: .begun, step: detach),
      ProgressEvent(sequence: 4, domain: "web-1", phase: .waiting, step: detach),
      ProgressEvent(sequence: 5, domain: "web-1", phase: .done, step: detach, duration: 2300),
      finished(report(.asWanted, "web-1", "as wanted after 2 steps")),
    ]
  }

  /// A difference of every author.
  static var differences: DifferenceDocument {
    func row(
      _ device: String?, _ kind: String, _ path: String?, _ values: (String?, String?, String?),
      _ by: DifferenceDocument.Author, _ why: String? = nil, notAsWanted: [Side] = []
    ) -> DifferenceDocument.Row {
      var row = DifferenceDocument.Row(kind: kind, by: by, why: why)
      row.device = device
      row.path = path
      (row.wanted, row.live, row.persistent) = values
      row.notAsWanted = notAsWanted
      return row
    }
    var document = DifferenceDocument(
      domain: .init(name: "web-1", uuid: uuid), generation: 7, sides: [.live, .persistent])
    document.differences = [
      row(
        "root", "disk", "source/@file", ("/a", "/b", "/b"), .snapshot, "below it", notAsWanted: [.live, .persistent]),
      row("root", "disk", "source/@index", (nil, "1", nil), .libvirt),
      row("data", "disk", "mirror/@job", (nil, "copy", nil), .blockJob),
      row("lan", "interface", "mtu/@size", ("9000", nil, "9000"), .vmctl, "next boot", notAsWanted: [.live]),
      row("cd", "disk", "target/@tray", (nil, "open", nil), .guest),
      row("cd", "disk", "readonly", (nil, nil, ""), .foreign),
      row("usb", "hostdev", nil, ("attached", nil, "attached"), .foreign, notAsWanted: [.live]),
      row(nil, "domain", "currentMemory", ("2048", "1024", "2048"), .guest, notAsWanted: [.live]),
    ]
    var unmanaged = row(nil, "disk", nil, (nil, nil, "attached"), .foreign)
    unmanaged.key = "target=vdx"
    document.differences.append(unmanaged)
    return document
  }

  static var provenance: ProvenanceDocument {
    func value(
      _ device: String?, _ kind: String, _ path: String, _ text: String, _ by: ProvenanceDocument.Author,
      side: Side? = nil, why: String? = nil, step: Int? = nil
    ) -> ProvenanceDocument.Value {
      var value = ProvenanceDocument.Value(
        device: device, kind: kind, path: path, side: side, value: text, by: by, why: why)
      if by == .document { value.generation = 7 }
      if let step {
        value.operation = 3
        value.step = step
        value.at = now
      }
      return value
    }
    var document = ProvenanceDocument(domain: .init(name: "web-1", uuid: uuid), generation: 7)
    document.values = [
      value("lan", "interface", "mac/@address", "52:54:00:12:34:56", .vmctl, why: "not drawn twice", step: 1),
      value("lan", "interface", "target/@dev", "vnet0", .libvirt, side: .live, why: "for this run"),
      value("lan", "interface", "mtu/@size", "9000", .document, side: .persistent, step: 2),
      value("root", "disk", "driver/@cache", "none", .foreign, why: "the document says writeback"),
      value("root", "disk", "readonly", "", .libvirt),
      value(nil, "domain", "currentMemory", "2048", .document),
    ]
    return document
  }

  static var domain: DomainReport {
    var domain = DomainReport(
      name: "web-1", uuid: uuid, state: "running", isManaged: true, isPersistent: true, machine: "pc-q35-7.2",
      generation: 7, observedGeneration: 6, isProtected: true)
    domain.conditions = [
      .init(type: "Ready", status: true, reason: "Applied", message: "generation 7 is applied"),
      .init(type: "RestartRequired", status: true, reason: "PendingChanges", message: "1 change at the next boot"),
    ]
    domain.devices = [
      DeviceDocument(
        id: "root", kind: "disk", alias: "ua-root", key: "target=vda", slot: slot(1), guestPath: "02.0/00.0",
        guestAddress: "01:00.0", bootOrder: 1, sides: ["live", "persistent"], isProtected: true, status: "managed"),
      DeviceDocument(
        id: "lan", kind: "interface", alias: "ua-lan", key: "mac=52:54:00:12:34:56", slot: slot(2),
        guestPath: "02.1/00.0", guestAddress: "02:00.0", sides: ["live"], persistentSlot: slot(3),
        status: "managed"),
      DeviceDocument(kind: "video", sides: ["live", "persistent"], status: "unmanaged"),
    ]
    domain.pending = plan.nextBoot
    domain.waiting = plan.waiting
    return domain
  }
}
