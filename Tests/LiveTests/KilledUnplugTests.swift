import Control
import DomainXML
import Foundation
import Libvirt
import Reconciling
import TestSupport
import Testing
import Vocabulary

extension Live {
  /// F1, F8, F9: vmctl dies while the guest has a request, and the guest answers nobody.
  @Suite(.serialized, .needsHost, .timeLimit(.minutes(10))) struct KilledUnplug {
    enum Answer: String, CaseIterable {
      /// A guest that is reset lets go of what it was asked for (faults.md 2.1).
      case reset
      case resumed
    }

    @Test(arguments: Answer.allCases)
    func `F1: what the guest let go of while vmctl was dead, one reconcile finishes, and nobody is asked twice`(
      _ answer: Answer
    ) async throws {
      try await LiveDomain.with { domain in
        let program = Program(domain)
        let root = try domain.disk("root", target: "vda")
        let data = try domain.disk("data", target: "vdb")
        let boots = answer == .resumed
        let file = domain.folder + "/document.yaml"
        let words = ["reconcile", "--quiet", "--file", file]
        func write(_ devices: [String]) throws {
          try Data(domain.document(devices, boots: boots).utf8).write(to: URL(filePath: file))
        }
        try write([root, data])
        try #require(try await program.run(words).exitCode == 0)
        if boots { _ = try await domain.guest { $0.disks["data"] != nil } }

        try write([root])
        // The guest stands still before it hears of anything.
        let order = boots ? "libvirt.detach.live.before:run=virsh -q -c '\(domain.uri)' suspend \(domain.name)" : nil
        let running = try program.start(words, order: order)
        try await until("vmctl waits for the guest") { try waits(running.passed) }
        kill(running.identifier, SIGKILL)
        let killed = try await running.end()
        #expect(killed.wasKilled)
        try #require(try await domain.definition(.live).device(alias: "ua-data") != nil)

        try domain.virsh(boots ? "resume" : "reset", domain.name)
        try await untilReleased(domain)
        #expect(try await domain.definition(.persistent).device(alias: "ua-data") != nil)
        let next = try await program.run(words)
        #expect(next.exitCode == 0, "\(next.talk)\(next.output)")
        for side in Side.allCases { #expect(try await domain.definition(side).device(alias: "ua-data") == nil) }
        #expect((killed.passed + next.passed).filter { $0 == "libvirt.detach.live.before" }.count == 1)
        let again = try await program.run(words)
        #expect(again.exitCode == 0 && (again.talk + again.output).contains("nothing to do"), "\(again.talk)")
        let steps = try await domain.control.history(of: domain.name, limit: 5).flatMap(\.steps)
        #expect(steps.filter { $0.state != "done" }.map(\.call) == [])
      }
    }

    @Test func `F1, F8: killed anywhere after the request, a silent guest is not asked twice`() async throws {
      var violations = 0
      var runs = 0
      try await LiveDomain.with { domain in
        let program = Program(domain)
        let undisturbed = try await ask(domain, program, order: nil)
        var orders = places(undisturbed.passed)
        try #require(orders.count >= 4, "\(undisturbed.passed)")
        try await reset(domain)
        if !FaultResults.isFull { orders = orders.randomElement().map { [$0] } ?? [] }
        for order in orders {
          let killed = try await ask(domain, program, order: order + ":kill")
          #expect(killed.wasKilled, "\(order)")
          let waiting = try await program.run(words(domain))
          #expect(waiting.exitCode == 11, "\(order): \(waiting.talk)\(waiting.output)")
          try await reset(domain)
          let next = try await program.run(words(domain))
          let requests = (killed.passed + waiting.passed + next.passed).filter { $0 == "libvirt.detach.live.before" }
          var left: [Side] = []
          for side in Side.allCases where try await domain.definition(side).device(alias: "ua-data") != nil {
            left.append(side)
          }
          let holds = killed.wasKilled && next.exitCode == 0 && requests.count == 1 && left == []
          #expect(holds, "\(order): \(requests.count) requests, left \(left), \(next.talk)\(next.output)")
          print("  silent guest, vmctl killed at \(order): \(holds ? "as wanted" : "VIOLATED")")
          runs += 1
          if !holds { violations += 1 }
        }
      }
      FaultResults.note(
        "vmctl", "kill -9 of vmctl while a silent guest has a request", runs: runs, violations: violations)
    }

    private func words(_ domain: LiveDomain) -> [String] {
      ["reconcile", "--quiet", "--timeout", "1s", "--file", domain.folder + "/document.yaml"]
    }

    /// Gives the domain its disk, and then takes it away from the guest, which says nothing.
    private func ask(_ domain: LiveDomain, _ program: Program, order: String?) async throws -> Program.Run {
      let root = try domain.disk("root", target: "vda")
      let file = URL(filePath: domain.folder + "/document.yaml")
      try Data(domain.document([root, try domain.disk("data", target: "vdb")], boots: false).utf8).write(to: file)
      let given = try await program.run(words(domain))
      try #require(given.exitCode == 0, "\(given.talk)\(given.output)")
      try Data(domain.document([root], boots: false).utf8).write(to: file)
      return try await program.run(words(domain), order: order)
    }

    /// The failpoints from the return of the call to where it is noted that the guest was asked, each with its number.
    private func places(_ passed: [String]) -> [String] {
      guard let call = passed.firstIndex(of: "libvirt.detach.live.after"),
        let noted = passed[call...].firstIndex(of: "store.settle.after")
      else { return [] }
      return (call...noted).map { index in
        "\(passed[index]):\(passed[...index].filter { $0 == passed[index] }.count)"
      }
    }

    /// Whether the call has returned and is noted as one that waits.
    private func waits(_ passed: [String]) -> Bool {
      passed.drop { $0 != "libvirt.detach.live.after" }.contains("store.settle.after")
    }

    private func reset(_ domain: LiveDomain) async throws {
      try domain.virsh("reset", domain.name)
      try await untilReleased(domain)
    }

    private func untilReleased(_ domain: LiveDomain) async throws {
      try await until("the guest lets go") { try await domain.definition(.live).device(alias: "ua-data") == nil }
    }

    private func until(_ what: String, _ holds: () async throws -> Bool) async throws {
      let deadline = ContinuousClock.now + .seconds(30)
      while ContinuousClock.now < deadline {
        if try await holds() { return }
        try await Task.sleep(for: .milliseconds(20))
      }
      Issue.record("did not come: \(what)")
      throw CancellationError()
    }
  }
}
