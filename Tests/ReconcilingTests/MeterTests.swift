import Control
import Libvirt
import Reconciling
import TestSupport
import Testing
import Vocabulary

@Suite struct MeterTests {
  typealias W = Workbench

  @Test func `a pass counts its result, its duration, its steps and its calls to libvirt`() async throws {
    let meters = MeterRecord()
    try await Meters.measuring(with: meters) {
      let bench = try Workbench()
      #expect(try await bench.reconcile(W.document([W.root, W.card("lan")])).outcome == .asWanted)
      #expect(try await bench.reconcile(W.document([W.root, W.card("lan"), W.rng("entropy")])).outcome == .asWanted)
    }
    #expect(meters.value("vmctl_reconcile_total{result=\"asWanted\"}") == 2)
    #expect(meters.values("vmctl_reconcile_duration_seconds{result=\"asWanted\"}").count == 2)
    #expect(
      meters.values("vmctl_device_operation_duration_seconds{op=\"attach\",kind=\"rng\",result=\"done\"}").count == 2)
    #expect(meters.value("vmctl_libvirt_calls_total{call=\"create\",mutating=\"true\"}") == 1)
    #expect(meters.value("vmctl_libvirt_calls_total{call=\"attach\",mutating=\"true\"}") == 2)
    #expect(meters.values("vmctl_libvirt_calls_per_reconcile").allSatisfy { $0 > 3 })
  }

  @Test func `I9: an unchanged domain costs one call to libvirt, which changes nothing`() async throws {
    let meters = MeterRecord()
    try await Meters.measuring(with: meters) {
      let bench = try Workbench()
      let document = W.document([W.root, W.card("lan"), W.rng("entropy")])
      #expect(try await bench.reconcile(document).outcome == .asWanted)
      meters.forgetCalls()
      #expect(try await bench.reconcile(document).outcome == .asWanted)
    }
    #expect(meters.mutatingCalls == 0)
    // The budget of a pass that finds nothing to do.
    #expect(try #require(meters.values("vmctl_libvirt_calls_per_reconcile").last) == 1)
  }

  @Test func `results and calls that have not happened are there at 0`() async throws {
    let meters = MeterRecord()
    await Meters.measuring(with: meters) { Meters.queue(depth: 3) }
    #expect(meters.keys("vmctl_reconcile_total").count == Outcome.allCases.count)
    #expect(meters.keys("vmctl_libvirt_calls_total").count == CountingHypervisor.Call.allCases.count)
    #expect(meters.value("vmctl_queue_depth") == 3)
  }

  @Test func `what the loop says is measured under its own names`() async throws {
    let meters = MeterRecord()
    await Meters.measuring(with: meters) {
      Meters.workers(4)
      Meters.resync(duration: .milliseconds(1500), domains: 7)
      Meters.connected(true)
      Meters.store(revision: 42)
    }
    #expect(meters.value("vmctl_active_workers") == 4)
    #expect(meters.value("vmctl_resync_duration_seconds") == 1.5)
    #expect(meters.value("vmctl_resync_domains") == 7)
    #expect(meters.value("vmctl_libvirt_connected") == 1)
    #expect(meters.value("vmctl_store_revision") == 42)
  }

  @Test func `a domain's fingerprint and free slots follow its hardware`() async throws {
    let meters = MeterRecord()
    try await Meters.measuring(with: meters) {
      let bench = try Workbench()
      _ = try await bench.reconcile(W.document([W.root]))
      let before = (meters.keys("vmctl_domain_abi_info"), meters.keys("vmctl_domain_hotplug_free", "bus=\"pci\""))
      #expect(before.0.count == 2)
      let free = try #require(before.1.first.flatMap(meters.value))
      _ = try await bench.reconcile(W.document([W.root, W.rng("entropy")]))
      let after = meters.keys("vmctl_domain_abi_info")
      #expect(after.count == 2)
      #expect(Set(after).isDisjoint(with: before.0))
      #expect(before.1.first.flatMap(meters.value) == free - 1)
    }
  }

  @Test func `a pending unplug is measured until the guest lets go`() async throws {
    let meters = MeterRecord()
    try await Meters.measuring(with: meters) {
      let bench = try Workbench(guest: .silent)
      _ = try await bench.reconcile(W.document([W.root, W.rng("entropy")]))
      let waiting = try await bench.reconcile(W.document([W.root]), removals: ["entropy"], timeout: 100)
      #expect(waiting.outcome == .waiting)
      #expect(meters.value("vmctl_unplug_pending{domain=\"web-1\",device=\"entropy\"}") == 1)
      // A domain that stops takes what it was asked for with it.
      _ = try await bench.reconcile(W.document([W.root], power: "stopped"), removals: ["entropy"])
      try await bench.fake.destroy(bench.uuid())
      _ = try await bench.reconcile(W.document([W.root], power: "stopped"), removals: ["entropy"])
      #expect(meters.keys("vmctl_unplug_pending").isEmpty)
    }
  }

  @Test func `what waits for a restart is measured until it has come`() async throws {
    let meters = MeterRecord()
    let key = "vmctl_domain_restart_required{domain=\"web-1\"}"
    try await Meters.measuring(with: meters) {
      let bench = try Workbench()
      _ = try await bench.reconcile(W.document([W.root]))
      #expect(meters.value(key) == 0)
      let more = "{id: lan, interface: {network: default, mtu: 9000}}"
      _ = try await bench.reconcile(W.document([W.root, W.card("lan")]))
      let grown = W.document([W.root, more])
      #expect(try await bench.reconcile(grown).outcome == .nextBoot)
      #expect(meters.value(key) == 1)
      try await bench.fake.destroy(bench.uuid())
      _ = try await bench.reconcile(grown)
      #expect(meters.value(key) == 0)
    }
  }

  @Test(arguments: [true, false])
  func `nothing is left of a domain that is deleted or gone`(_ deletes: Bool) async throws {
    let meters = MeterRecord()
    try await Meters.measuring(with: meters) {
      let bench = try Workbench()
      let document = W.document([W.root])
      _ = try await bench.reconcile(document)
      #expect(!meters.keys("domain=\"web-1\"").isEmpty)
      if deletes {
        #expect(try await bench.perform(VerbRequest(.delete, domain: "web-1", force: true)).outcome == .asWanted)
      } else {
        let uuid = try await bench.uuid()
        try await bench.fake.destroy(uuid)
        try await bench.fake.undefine(uuid, [])
        #expect(try await bench.reconcile(document).outcome == .conflict)
      }
      #expect(meters.keys("domain=\"web-1\"") == [])
    }
  }

  @Test func `every metric of the engine's is one of the catalogue, with its labels`() async throws {
    let meters = MeterRecord()
    try await Meters.measuring(with: meters) {
      let bench = try Workbench()
      _ = try await bench.reconcile(W.document([W.root, W.rng("entropy")]))
    }
    let known = Dictionary(uniqueKeysWithValues: Metric.all.map { ($0.name, $0.labels) })
    for key in meters.keys() {
      let name = String(key.prefix { $0 != "{" })
      let labels = key.matches(of: /[{,](\w+)="/).map { String($0.1) }
      #expect(known[name] == labels, "\(key)")
    }
  }
}
