import Control
import Libvirt
import Reconciling
import TestSupport
import Testing
import Vocabulary

/// R14: what becomes of a domain that libvirt does not have any more says why, and nobody defines it again (I11).
@Suite struct DepartureTests {
  private let document = Workbench.document([Workbench.root])

  private func gone(_ bench: ResidentBench) async throws -> DomainCondition? {
    try await bench.item().conditions.first { $0.type == "Gone" && $0.status == .yes }
  }

  /// Creates the domain and has libvirt lose it.
  private func lose(_ bench: ResidentBench, _ how: (DomainUUID) -> Void) async throws {
    try await bench.finished(try await bench.submit(document).operation.id)
    how(try #require(bench.fake.uuid(named: "web-1")))
  }

  @Test func `one that was migrated away is no error, and is dropped after a time`() async throws {
    let bench = try ResidentBench { $0.migratedKept = .milliseconds(1500) }
    try await bench.with { resident in
      try await lose(bench) { uuid in
        bench.fake.migrateAway(uuid)
      }
      try await bench.until("gone") { try await gone(bench)?.reason == "Migrated" }
      let calls = bench.calls.mutating
      let asked = try await resident.begin(reconciling: ReconcileRequest(domains: ["web-1"]), idempotencyKey: nil)
      let ended = try await bench.finished(asked.id)
      #expect(ended.outcome == .asWanted && ended.summary.contains("another host"), "\(ended)")
      try await bench.until("dropped") { try await resident.list(DomainQuery()).items.isEmpty }
      #expect(bench.calls.mutating == calls)
    }
  }

  @Test func `one that somebody undefined is a conflict, says so, and is not dropped`() async throws {
    let bench = try ResidentBench { $0.migratedKept = .zero }
    try await bench.with { resident in
      try await lose(bench) { uuid in
        bench.fake.stop(uuid)
        bench.fake.undefineForeign(uuid)
      }
      try await bench.until("gone") { try await gone(bench)?.reason == "Undefined" }
      let asked = try await resident.begin(reconciling: ReconcileRequest(domains: ["web-1"]), idempotencyKey: nil)
      #expect(try await bench.finished(asked.id).outcome == .conflict)
      try await Task.sleep(for: .milliseconds(700))
      #expect(try await bench.item().state == "gone")
    }
  }

  @Test func `one that went while nobody looked is noticed at the start, and its return too`() async throws {
    let bench = try ResidentBench()
    let saved = try await bench.with { _ in
      try await bench.finished(try await bench.submit(document).operation.id)
      let uuid = try #require(bench.fake.uuid(named: "web-1"))
      return try #require(try await bench.fake.observe(.uuid(uuid))?.persistent)
    }
    let uuid = try #require(bench.fake.uuid(named: "web-1"))
    bench.fake.stop(uuid)
    bench.fake.undefineForeign(uuid)
    let again = try ResidentBench(again: bench)
    try await again.with { _ in
      try await again.until("gone") { try await gone(again) != nil }
      #expect(try await gone(again)?.reason == "Unknown")
      _ = try await again.fake.create(saved)
      try await again.until("there again") { try await gone(again) == nil }
    }
  }
}
