import Control
import Vocabulary

/// One of each document, with every field that it can have.
enum Sample {
  static let uuid = UniversalID(high: 0x1111_1111_2222_3333, low: 0x4444_5555_6666_7777)
  static let slot = Slot.pci(PCIAddress(domain: 1, bus: 5, slot: 0, function: 0))
  static let name = PlanDocument.DomainName(name: "web", uuid: uuid)
  static let digest = "sha256:" + String(repeating: "a", count: 64)

  static let condition = DomainCondition(
    "Ready", .yes, [DomainCondition.Reason("AsWanted", "as wanted")], since: 5, observedGeneration: 7)

  static func item(_ name: String, _ labels: [String: String], _ number: UInt64 = 0) -> DomainListing.Item {
    var item = DomainListing.Item(
      name: name, uuid: UniversalID(high: uuid.high, low: uuid.low + number), state: "running", isManaged: true)
    item.labels = labels
    item.role = "controller"
    item.generation = 7
    item.observedGeneration = 7
    item.conditions = [condition]
    return item
  }

  static let device = DeviceDocument(
    id: "data", kind: "disk", alias: "ua-data", key: "target=vda", slot: slot, guestPath: "02.4/00.0",
    guestAddress: "05:00.0", bootOrder: 1, sides: ["live", "persistent"], persistentSlot: slot, isProtected: true,
    status: "attached")

  static let pending = PendingDocument(
    device: "data", setting: "memory", path: "cache", now: "none", atNextBoot: "writeback",
    reason: "cannot change live",
    appliedBy: "vmctl restart web")

  static let waiting = WaitingDocument(
    device: "data", setting: "vcpus", slot: slot, since: 5, isOverdue: false, endedBy: "the guest", isWantedAgain: false
  )

  static let report: DomainReport = {
    var report = DomainReport(
      name: "web", uuid: uuid, state: "running", isManaged: true, isPersistent: true, machine: "pc-q35-7.2",
      generation: 7, observedGeneration: 7, isProtected: false)
    report.labels = ["team": "a"]
    report.role = "controller"
    report.conditions = [condition]
    report.devices =
      [device]
      + [
        Slot.drive(DriveAddress(interface: "scsi", controller: 0, bus: 0, target: 0, unit: 0)),
        .usb(bus: 0, port: "1.2"), .virtioSerial(controller: 0, bus: 0, port: 1), .dimm(slot: 0, base: 4096),
        .ccw(cssid: 0xfe, ssid: 0, device: 1),
      ].map { DeviceDocument(kind: "disk", slot: $0, sides: ["live"]) }
    report.pending = [pending]
    report.waiting = [waiting]
    return report
  }()

  static let target = TargetDocument(
    device: "data", controller: "scsi 0", setting: "memory", unlisted: "vdb", power: true, domain: true, metadata: true)

  static let step = StepDocument(
    order: 1, target: target, kind: "disk", action: "attach", side: "live", effect: "live", slot: slot,
    guestPath: "02.4/00.0", call: "virDomainAttachDeviceFlags", xml: "<disk/>", reason: "listed",
    changes: [StepDocument.Change(path: "cache", from: "none", to: "writeback")], waitsFor: "the guest")

  static let refusal = RefusalDocument(
    target: target, code: "needs-replace", path: "source", wanted: "/b", is: "/a", reason: "it is open",
    wouldTake: "replace: allowed")

  static let drift = DriftDocument(device: "data", path: "link", side: "live", was: "up", is: "down", by: "foreign")

  static let plan: PlanDocument = {
    var plan = PlanDocument(domain: name, generation: 7)
    plan.steps = [step]
    plan.placements = [device]
    plan.refused = [refusal]
    plan.drift = [drift]
    plan.nextBoot = [pending]
    plan.waiting = [waiting]
    plan.notes = ["a note"]
    plan.capacity = ["pcie": PlanDocument.Capacity(free: 3, needed: 1)]
    plan.unmanaged = [device]
    return plan
  }()

  static let operation: OperationReport = {
    var report = OperationReport(
      id: 3, domain: "web", uuid: uuid, verb: "reconcile", generation: 7, outcome: .asWanted, summary: "1 done")
    report.startedAt = 5
    report.endedAt = 6
    report.steps = [
      OperationReport.Step(
        order: 1, target: target, kind: "disk", action: "attach", side: "live", slot: slot, call: "call",
        reason: "listed", state: "done", startedAt: 5, settledAt: 6, error: "none")
    ]
    report.refused = [refusal]
    report.drift = [drift]
    report.nextBoot = [pending]
    report.waiting = [waiting]
    report.notes = ["a note"]
    report.problems = [problem]
    return report
  }()

  static let problem = Problem(
    "gone", "the domain is gone", domain: "web", device: "data", path: "spec", wanted: "it", found: "nothing",
    remedy: "vmctl restore web", underlying: "libvirt said so")

  static let status: OperationStatus = {
    var status = OperationStatus(id: "\(uuid).8", domain: "web", verb: "reconcile", state: .running, summary: "running")
    status.uuid = uuid
    status.generation = 8
    status.outcome = .waiting
    status.exitCode = 11
    status.startedAt = 5
    status.endedAt = 6
    status.report = operation
    return status
  }()

  static let finished = ProgressEvent(
    sequence: 2, domain: "web", phase: .finished, step: step, duration: 5, message: "done", report: operation)

  static func event(_ number: Int, domain: String? = "web") -> ServerEvent {
    var event = ServerEvent(id: String(number), type: .conditions, at: 5)
    event.domain = domain
    event.uuid = uuid
    event.generation = 7
    event.state = "running"
    event.progress = finished
    event.operation = status
    event.conditions = [condition]
    return event
  }

  static let revision = RevisionDocument(
    side: .live, number: 4, digest: digest, recordedAt: 5, origin: "ours", operation: 3, libvirt: "9.0.0",
    hypervisor: "7.2.0")

  static let adoption = AdoptionDocument(document: "kind: Domain\n", plan: plan, withoutID: 1)

  static let differences: DifferenceDocument = {
    var document = DifferenceDocument(domain: name, generation: 7, sides: [.live, .persistent])
    var row = DifferenceDocument.Row(kind: "disk", by: .blockJob, why: "a job runs")
    row.device = "data"
    row.key = "target=vda"
    row.path = "source"
    row.wanted = "/a"
    row.live = "/b"
    row.persistent = "/a"
    row.notAsWanted = [.live]
    document.differences = [row]
    return document
  }()

  static let provenance: ProvenanceDocument = {
    var document = ProvenanceDocument(domain: name, generation: 7)
    var value = ProvenanceDocument.Value(
      device: "data", kind: "disk", path: "source", side: .live, value: "/a", by: .document, why: "stated")
    value.generation = 7
    value.operation = 3
    value.step = 1
    value.at = 5
    document.values = [value]
    return document
  }()

  static let comparison = ABIReport(
    verdict: .changed,
    findings: [
      ABIReport.Finding(path: "cpu", rule: "cpu", source: "a", target: "b", tier: "guest", why: "the guest sees it")
    ])

  static let version = Version(9, 0)

  static let capture: HostCapture = {
    var capture = HostCapture(
      uri: "qemu:///system", hostname: "host", host: uuid, libvirt: version, hypervisor: version, capturedAt: 5,
      capabilities: "<capabilities/>")
    capture.domainCapabilities = ["<domainCapabilities/>"]
    var processors = HostCapture.Processors(architecture: "x86_64", virtType: "kvm")
    processors.blockers = ["EPYC": ["svm"]]
    processors.features = ["vmx"]
    capture.processors = [processors]
    capture.folders = ["/usr/share": ["OVMF.fd": 4]]
    return capture
  }()

  static let hostCheck: HostCheckReport = {
    let host = HostCheckReport.Host(name: "host", libvirt: version, hypervisor: version)
    var report = HostCheckReport(host: host, from: host)
    report.add(
      HostCheckReport.Guest(
        name: "web", uuid: uuid, form: "snapshot", snapshot: "s1", verdict: .differs,
        findings: [
          HostCheckReport.Finding(
            consequence: "differs", path: "cpu", wanted: "a", offered: "b", why: "other", remedy: "none")
        ]))
    return report
  }()

  static let snapshot: HostSnapshot = {
    var snapshot = HostSnapshot(hostname: "host", host: uuid, libvirt: version, hypervisor: version, takenAt: 5)
    snapshot.offer = capture
    var domain = HostSnapshot.Domain(
      name: "web", uuid: uuid, state: "running", live: "<domain/>", persistent: "<domain/>")
    domain.fingerprints = ["live": digest]
    snapshot.domains = [domain]
    return snapshot
  }()

  static let verification: HostVerification = {
    let host = HostCheckReport.Host(name: "host", libvirt: version, hypervisor: version)
    var report = HostVerification(takenAt: 5, before: host, now: host)
    report.add(
      HostVerification.Domain(
        name: "web", uuid: uuid, verdict: .differs,
        changes: [
          HostVerification.Change(
            side: .live, path: "cpu", before: "a", now: "b", why: "other", by: "foreign", operation: 3)
        ], notes: ["a note"]))
    return report
  }()

  static let examination = ExaminationReport([
    Finding(.warning, "kvm", "/dev/kvm", "is not there", remedy: "modprobe kvm", underlying: "ENOENT")
  ])

  static let backup = BackupReport(file: "/b", bytes: 4096, domains: 2, schema: 3)
}
