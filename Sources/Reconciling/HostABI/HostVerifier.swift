import Control
import DomainXML
import Foundation
import GuestABI
import Libvirt
import Store
import Vocabulary

/// Takes down every domain of a host, and says afterwards what became of each.
struct HostVerifier {
  let hypervisor: any Hypervisor
  /// For who did what; `nil` where there is none.
  let store: RecordStore?
  let time: Timekeeper

  func snapshot() async throws(Problem) -> HostSnapshot {
    let host = try await host()
    var snapshot = HostSnapshot(
      hostname: host.hostname, host: host.uuid, libvirt: host.libvirtVersion, hypervisor: host.hypervisorVersion,
      takenAt: time.now().milliseconds)
    snapshot.offer = try await HostCapturer(hypervisor: hypervisor, time: time).capture(machines: [])
    for found in try await observations() {
      var domain = HostSnapshot.Domain(
        name: found.name, uuid: found.uuid, state: found.state.rawValue, live: found.live?.shown,
        persistent: found.persistent?.shown)
      for side in Side.allCases {
        guard let text = found.xml(side) else { continue }
        domain.fingerprints[side.rawValue] = "\(ABIProjection(try definition(text, found.name, side)).fingerprint)"
      }
      snapshot.domains.append(domain)
    }
    return snapshot
  }

  func verify(_ snapshot: HostSnapshot) async throws(Problem) -> HostVerification {
    let host = try await host()
    var verification = HostVerification(
      takenAt: snapshot.takenAt,
      before: .init(name: snapshot.hostname, libvirt: snapshot.libvirt, hypervisor: snapshot.hypervisor),
      now: .init(name: host.hostname, libvirt: host.libvirtVersion, hypervisor: host.hypervisorVersion))
    let floating = try await floating(snapshot)
    var left = Dictionary(try await observations().map { ($0.uuid, $0) }, uniquingKeysWith: { $1 })
    for domain in snapshot.domains {
      guard let found = left.removeValue(forKey: domain.uuid) else {
        verification.add(
          .init(name: domain.name, uuid: domain.uuid, verdict: .gone, notes: ["libvirt does not have it any more"]))
        continue
      }
      verification.add(
        try await verify(
          domain, found, snapshot, libvirt: host.libvirtVersion, DomainKey(host: host.uuid, domain: domain.uuid),
          floating))
    }
    for found in left.values.sorted(by: { $0.name < $1.name }) {
      verification.add(.init(name: found.name, uuid: found.uuid, verdict: .new))
    }
    return verification
  }

  // MARK: One domain

  private func verify(
    _ domain: HostSnapshot.Domain, _ found: Observation, _ snapshot: HostSnapshot, libvirt: Version, _ key: DomainKey,
    _ floating: (before: HostOffer, now: HostOffer)?
  ) async throws(Problem) -> HostVerification.Domain {
    var changes: [HostVerification.Change] = []
    var notes: [String] = []
    let steps = try await steps(of: key, since: snapshot.takenAt)
    for side in Side.allCases {
      guard let text = side == .live ? domain.live : domain.persistent else { continue }
      guard let now = found.xml(side) else {
        notes.append(side == .live ? try await whyNot(found) : "it has no definition any more")
        continue
      }
      let before = try definition(XMLText(text), domain.name, side)
      let stability = ABIStability(
        before, try definition(now, domain.name, side), libvirt: (before: snapshot.libvirt, now: libvirt))
      let host = side == .live ? HostVerifier.floated(before, floating) : []
      for finding in stability.changes + stability.drift + host {
        let step = steps.first { HostVerifier.is(finding, of: $0) }
        changes.append(
          .init(
            side: side, path: finding.path, before: finding.source, now: finding.target, why: finding.why,
            by: step != nil ? "vmctl" : host.contains(finding) ? "host" : "foreign", operation: step?.operation.number))
      }
      notes += stability.libvirtsDoing.map { "\(side.rawValue): \($0)" }
    }
    let hasStopped = domain.live != nil && found.live == nil
    return HostVerification.Domain(
      name: found.name, uuid: found.uuid, verdict: !changes.isEmpty ? .differs : hasStopped ? .notRunning : .same,
      changes: changes, notes: notes)
  }

  /// Why a domain may not run any more: libvirt can tell of some reasons without starting it.
  private func whyNot(_ found: Observation) async throws(Problem) -> String {
    guard let definition = found.persistent else { return "it does not run any more" }
    do throws(LibvirtError) {
      _ = try await hypervisor.nativeCommandLine(for: definition)
      return "it does not run any more"
    } catch {
      return "it does not run any more, and libvirt could not start it: \(error.message)"
    }
  }

  // MARK: CPUs of the host's

  private func floating(_ snapshot: HostSnapshot) async throws(Problem) -> (before: HostOffer, now: HostOffer)? {
    guard let offer = snapshot.offer else { return nil }
    var (before, now) = (HostDescriptionReader(), HostDescriptionReader())
    try before.add(offer, from: "the snapshot")
    let capture = try await HostCapturer(hypervisor: hypervisor, time: time).capture(machines: [])
    try now.add(capture, from: capture.hostname)
    return (before.offer, now.offer)
  }

  /// A guest whose document says no more than that its CPU is the host's has another one where the host has.
  private static func floated(
    _ definition: DomainDefinition, _ floating: (before: HostOffer, now: HostOffer)?
  ) -> [ABIFinding] {
    guard let floating, let mode = definition.cpu?["mode"], ["host-passthrough", "maximum"].contains(mode) else {
      return []
    }
    let platform = HostOffer.Platform(architecture: definition.architecture, virtType: definition.type)
    guard let then = floating.before.machineOffer(definition.machine, on: platform)?.cpu,
      let now = floating.now.machineOffer(definition.machine, on: platform)?.cpu
    else { return [] }
    let differences = HostCheck.differences(then, now)
    guard !differences.isEmpty else { return [] }
    return [
      ABIFinding(
        path: "cpu/@mode", rule: "domain/cpu/@mode", source: mode, target: differences.joined(separator: ", "),
        tier: .guest, why: "the CPU is whatever the host has, and the host has another now")
    ]
  }

  private static func `is`(_ finding: ABIFinding, of step: StepRow) -> Bool {
    let name = step.target.name
    return !name.isEmpty && (finding.path.contains("[\(name)]") || finding.path.hasPrefix(name))
  }

  private func steps(of key: DomainKey, since moment: Int64) async throws(Problem) -> [StepRow] {
    guard let store else { return [] }
    let rows = try await stored { () throws(StoreError) in try await store.doneSteps(of: key) }
    return rows.filter { ($0.settledAt ?? $0.startedAt)?.milliseconds ?? 0 >= moment }
  }

  private func definition(_ text: XMLText, _ name: String, _ side: Side) throws(Problem) -> DomainDefinition {
    do throws(XMLFault) {
      return try DomainDefinition(text)
    } catch {
      throw Problem(error, domain: name, side: side)
    }
  }

  // MARK: libvirt

  private func host() async throws(Problem) -> HostDescription {
    let hypervisor = hypervisor
    return try await asking("asking libvirt who it is") { () throws(LibvirtError) in try await hypervisor.host() }
  }

  private func observations() async throws(Problem) -> [Observation] {
    let hypervisor = hypervisor
    let domains = try await asking("listing domains") { () throws(LibvirtError) in try await hypervisor.domains() }
    return try await asking("reading the domains") { () throws(LibvirtError) in
      try await hypervisor.observe(domains.sorted { $0.name < $1.name }.map(\.uuid))
    }
  }
}
