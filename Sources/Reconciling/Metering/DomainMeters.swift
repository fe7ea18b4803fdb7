import Control
import CoreMetrics
import Digests
import DomainXML
import GuestABI
import Libvirt
import Planning
import Synchronization
import Vocabulary

/// The series of one domain: each says something that is so now, and is withdrawn when it is not.
struct DomainMeters {
  let name: String
  /// What `hardware` was worked out from.
  var digests = BothSides<Digest?>(live: nil, persistent: nil)
  /// Machine, fingerprint and free slots: follow from the two documents alone.
  var hardware: [any RecorderHandler] = []
  /// What waits, what drifted.
  var state: [any RecorderHandler] = []

  init(_ name: String) { self.name = name }
}

extension MeterBook {
  /// Only a side that libvirt describes otherwise than before is projected again: a fingerprint costs as much as a plan.
  func found(_ observed: ObservedDomain, _ plan: Plan, _ domain: DomainUUID) {
    let name = observed.observation.name
    let digests = BothSides(
      live: observed.observation.live.map { Digest(of: $0.bytes) },
      persistent: observed.observation.persistent.map { Digest(of: $0.bytes) })
    let before = domains.withLock { $0[domain] }
    var after = DomainMeters(name)
    after.digests = digests
    after.state = state(plan, name)
    if let before, before.name == name, before.digests == digests {
      after.hardware = before.hardware
    } else {
      after.hardware = hardware(observed, name)
    }
    domains.withLock { $0[domain] = after }
    // The same labels have the same series: what is still so is never missing in between.
    let kept = Set((after.state + after.hardware).map(ObjectIdentifier.init))
    for series in (before?.state ?? []) + (before?.hardware ?? []) where !kept.contains(ObjectIdentifier(series)) {
      factory.destroyRecorder(series)
    }
  }

  func forget(_ domain: DomainUUID) {
    guard let gone = domains.withLock({ $0.removeValue(forKey: domain) }) else { return }
    for series in gone.state + gone.hardware { factory.destroyRecorder(series) }
  }

  func forget(named name: String) {
    guard let domain = domains.withLock({ $0.first { $0.value.name == name }?.key }) else { return }
    forget(domain)
  }

  private func state(_ plan: Plan, _ name: String) -> [any RecorderHandler] {
    var series = [shown(.restartRequired, [name], plan.nextBoot.isEmpty ? 0 : 1)]
    for wait in plan.waiting {
      if let device = wait.target.deviceID { series.append(shown(.unplugPending, [name, device.text], 1)) }
    }
    let drift = Dictionary(plan.drift.map { ($0.by, 1) }, uniquingKeysWith: +)
    for (by, count) in drift { series.append(shown(.drift, [name, by], count)) }
    return series
  }

  private func hardware(_ observed: ObservedDomain, _ name: String) -> [any RecorderHandler] {
    var series: [any RecorderHandler] = []
    for side in Side.allCases {
      guard let definition = observed.definition(side) else { continue }
      let hash = ABIProjection(definition).fingerprint.hexadecimal.prefix(12)
      series.append(shown(.abiInfo, [name, definition.machine, String(hash), side.rawValue], 1))
    }
    let allocator = SlotAllocator([observed.live, observed.persistent].compactMap { $0 })
    for kind in [SlotRule.Kind.pci, .drive("scsi"), .usb, .virtioSerial] where allocator.hasController(kind.words) {
      series.append(shown(.hotplugFree, [name, kind.words], allocator.free(kind)))
    }
    if observed.leading?.root.child("maxMemory") != nil {
      series.append(shown(.hotplugFree, [name, SlotRule.Kind.dimm.words], allocator.free(.dimm)))
    }
    return series
  }

  private func shown(_ metric: Metric, _ labels: [String], _ value: Int) -> any RecorderHandler {
    let series = gauge(metric, labels)
    series.record(Int64(value))
    return series
  }
}
