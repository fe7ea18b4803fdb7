import Control
import Foundation
import TestSupport
import Testing
import Vocabulary

extension Live {
  /// Settings on the real hypervisor. What needs the host's cgroups is set on the definition only: a private host has
  /// none.
  @Suite(.serialized, .needsHost, .timeLimit(.minutes(10))) struct Settings {
    @Test func `each is set on its side, read back, and kept over a cold boot`() async throws {
      try await LiveDomain.with { domain in
        let root = try domain.disk("root", target: "vda", extra: ", bootOrder: 1")
        func document(_ settings: String) -> String { domain.document([root], settings: settings) }
        #expect(try await domain.reconcile(document("")).outcome == .asWanted)
        let all = document(
          """
          title: "a title"
          description: for people
          autostart: true
          iothreads: 2
          memballoon: {period: 5}
          lifecycle: {reboot: destroy, crash: preserve}
          cputune: {vcpupin: {0: 0}, emulatorpin: "0"}
          metadata: ["<app:x xmlns:app='urn:app' a='1'><app:y>2</app:y></app:x>"]
          """)
        let report = try await domain.reconcile(all)
        #expect(report.outcome == .asWanted, "\(report.problems) \(report.refused)")
        #expect(report.steps.count { $0.action == "set" } > 10)
        domain.forgetCalls()
        #expect(try await domain.reconcile(all).outcome == .asWanted)
        #expect(domain.mutatingCalls == 0)
        for side in Side.allCases {
          let text = try await domain.xml(side).shown
          for word in [
            "<title>a title</title>", "<description>for people</description>", "<iothreads>2", "period='5'",
            "<on_reboot>destroy", "<on_crash>preserve", "<vcpupin vcpu='0' cpuset='0'/>", "urn:app",
          ] { #expect(text.contains(word), "\(word) is not on the \(side) side") }
        }
        #expect(try await domain.perform(.stop, force: true, timeout: 500).outcome == .asWanted)
        #expect(try await domain.perform(.start).outcome == .asWanted)
        #expect(try await domain.plan(all).steps.isEmpty)
        let none = document("title: null\nautostart: false\niothreads: 0\nmemballoon: {period: null}")
        let undone = try await domain.reconcile(none)
        #expect(undone.outcome == .asWanted, "\(undone.problems)")
        #expect(try await !domain.xml(.live).shown.contains("<title>"))
      }
    }

    @Test func `what only the host's cgroups set waits for a host that has them`() async throws {
      try await LiveDomain.with { domain in
        let root = try domain.disk("root", target: "vda", extra: ", bootOrder: 1")
        let made = domain.document([root], power: "stopped")
        #expect(try await domain.reconcile(made).outcome == .asWanted)
        let tuned = domain.document(
          [root], power: "stopped",
          settings: "memtune: {softLimit: 1 GiB}\nblkiotune: {weight: 200}\nnumatune: {mode: strict, nodeset: 0}")
        let report = try await domain.reconcile(tuned)
        #expect(report.outcome == .asWanted, "\(report.problems)")
        #expect(try await domain.plan(tuned).steps.isEmpty)
      }
    }

    @Test func `R18, T11: a balloon that nobody moves is waited for, never asked for in a loop`() async throws {
      try await LiveDomain.with { domain in
        // No kernel: no driver.
        let root = try domain.disk("root", target: "vda", extra: ", bootOrder: 1")
        #expect(try await domain.reconcile(domain.document([root], boots: false)).outcome == .asWanted)
        let small = domain.document([root], boots: false, settings: "memory: 128 MiB")
        let report = try await domain.reconcile(small, timeout: 1500)
        #expect(report.outcome == .waiting, "\(report.summary) \(report.problems)")
        #expect(report.waiting.map(\.setting) == ["memory"])
        domain.forgetCalls()
        #expect(try await domain.reconcile(small, timeout: 1500).outcome == .waiting)
        #expect(domain.mutatingCalls == 0, "asked again at once")
        #expect(try await domain.report().waiting.map(\.name) == ["memory"])
        // Given up: nothing waits any more.
        #expect(try await domain.reconcile(domain.document([root], boots: false)).outcome == .asWanted)
        #expect(try await domain.report().waiting.isEmpty)
      }
    }

    @Test(arguments: ["pc", "q35"])
    func `R19, T12: virtual CPUs come at once; that they go is for the guest, and may never be known`(
      _ machine: String
    ) async throws {
      try await LiveDomain.with(machine: machine) { domain in
        let root = try domain.disk("root", target: "vda", extra: ", bootOrder: 1")
        func document(_ vcpus: Int) -> String { domain.document([root], vcpus: 4, settings: "vcpus: \(vcpus)") }
        #expect(try await domain.reconcile(document(1)).outcome == .asWanted)
        _ = try await domain.guest()
        let more = try await domain.reconcile(document(3))
        #expect(more.outcome == .asWanted, "\(more.problems)")
        #expect(try await domain.xml(.live).shown.contains("current='3'>4</vcpu>"))
        #expect(try await domain.guest { $0.cpus == "0-2" }.cpus == "0-2")
        let fewer = try await domain.reconcile(document(2), timeout: 8000)
        #expect(fewer.outcome == .waiting, "\(fewer.summary) \(fewer.problems)")
        #expect(fewer.waiting.map(\.setting) == ["vcpus"])
        domain.forgetCalls()
        let again = try await domain.reconcile(document(2), timeout: 1000)
        #expect(again.outcome == .waiting)
        #expect(domain.mutatingCalls == 0, "asked again at once")
        // The next start settles it.
        #expect(try await domain.perform(.stop, force: true, timeout: 200).outcome == .asWanted)
        #expect(try await domain.perform(.start).outcome == .asWanted)
        #expect(try await domain.reconcile(document(2)).outcome == .asWanted)
        #expect(try await domain.report().waiting.isEmpty)
      }
    }
  }
}
