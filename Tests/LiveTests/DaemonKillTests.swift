import Control
import DomainXML
import Foundation
import Libvirt
import Reconciling
import TestSupport
import Testing
import Vocabulary

extension Live {
  /// libvirtd dies while it attaches, and what it may leave behind: a device that only the hypervisor process knows.
  @Suite(.serialized, .needsHost, .timeLimit(.minutes(60))) struct DaemonKills {
    @Test func `F2, F20: killed in the middle of an attach, it leaves the device once, or a phantom that is named`()
      async throws
    {
      let runs = FaultResults.isFull ? 200 : 12
      let seed =
        ProcessInfo.processInfo.environment["VMCTL_FAULT_SEED"].flatMap { UInt64($0) }
        ?? UInt64.random(in: 0..<1_000_000)
      print("libvirtd is killed \(runs) times, VMCTL_FAULT_SEED=\(seed)")
      var numbers = SeededNumbers(seed: seed)
      var violations = 0
      var phantoms = 0
      var overstated = 0
      try await PrivateHost.with { host in
        try await RPCProxy.with(host) { proxy in
          try await LiveDomain.with(on: host, through: proxy.uri) { domain in
            let attaching = KilledAttach(host: host, proxy: proxy, domain: domain)
            var disks: [String] = []
            // A guest that answers nothing keeps its devices until it is stopped, and a phantom goes with its process.
            var mustCycle = true
            for run in 0..<runs {
              if mustCycle || disks.count >= KilledAttach.ports {
                try await attaching.powerCycle(removing: disks)
                disks = []
              }
              disks.append("d\(run)")
              let moment = KilledAttach.Moment(
                call: Int.random(in: 1...2, using: &numbers),
                microseconds: UInt32.random(in: 0...20_000, using: &numbers))
              let result = try await attaching.run(disks, moment)
              #expect(result.violations == [], "run \(run) of seed \(seed), killed at \(moment)")
              if let tried = result.overstated {
                overstated += 1
                Issue.record(
                  "run \(run) of seed \(seed), killed at \(moment): what is called a phantom can be attached still: \(tried)"
                )
              }
              if !result.violations.isEmpty || result.overstated != nil { violations += 1 }
              if result.isPhantom { phantoms += 1 }
              mustCycle = result.isPhantom || !result.violations.isEmpty
            }
          }
        }
      }
      print("of \(runs) attaches, \(phantoms) were said to have left a phantom, of which \(overstated) had not")
      FaultResults.note("libvirt", "kill -9 of libvirtd in an attach", runs: runs, violations: violations)
    }

    @Test func `F20: a phantom is named with the way out, is not asked for again, and ends with its process`()
      async throws
    {
      try await PrivateHost.with { host in
        try await LiveDomain.with(on: host) { first in
          try await LiveDomain.with(on: host) { second in
            try await LiveDomain.with(on: host) { third in
              try await checkPhantoms(host, [(first, "disk"), (second, "card"), (third, "rng")])
            }
          }
        }
      }
    }

    /// Each domain gets a phantom of another kind: each is refused in words of its own.
    private func checkPhantoms(_ host: PrivateHost, _ kinds: [(LiveDomain, String)]) async throws {
      let domains = kinds.map(\.0)
      let first = domains[0]
      let roots = try domains.map { $0.document([try $0.disk("root", target: "vda")], boots: false) }
      let documents = try kinds.map { domain, kind in
        let device =
          switch kind {
          case "disk": try domain.disk("a", target: "vdb")
          case "card": domain.card("a")
          default: "{id: a, xml: \"<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>\"}"
          }
        return domain.document([try domain.disk("root", target: "vda"), device], boots: false)
      }
      func slots(_ side: Side) async throws -> [Slot?] {
        var slots: [Slot?] = []
        for domain in domains { slots.append(try await domain.definition(side).device(alias: "ua-a")?.slot) }
        return slots
      }
      let nowhere: [Slot?] = [nil, nil, nil]
      #expect(try await first.reconcileAll(roots).map(\.outcome) == [.asWanted, .asWanted, .asWanted])

      // The recipe of faults.md 2.4: what libvirtd knows of the run cannot be saved, and then it dies.
      try inside(host, "mount", "-t", "tmpfs", "-o", "size=4k,nr_inodes=1", "tmpfs", "/run/libvirt/qemu")
      #expect(try await first.reconcileAll(documents).map(\.outcome) == [.asWanted, .asWanted, .asWanted])
      let places = try await slots(.live)
      #expect(!places.contains(nil))
      try inside(host, "umount", "/run/libvirt/qemu")
      try host.killDaemon()
      #expect(try await slots(.live) == nowhere)

      for report in try await first.reconcileAll(documents) {
        let problem = report.problems.first { $0.code.rawValue == "phantom-device" }
        #expect(problem?.device == "a" && report.outcome == .refused, "\(report)")
        #expect(problem?.remedy?.contains("vmctl restart \(report.domain)") == true)
      }
      first.forgetCalls()
      for report in try await first.reconcileAll(documents) {
        #expect(report.refused.map(\.code) == ["phantom-device"], "\(report)")
      }
      #expect(first.mutatingCalls == 0)

      for domain in domains {
        let stop = VerbRequest(.stop, domain: domain.name, timeout: 200, force: true)
        for await event in try await first.control.perform(stop) {
          if let report = event.report { #expect(report.outcome == .asWanted, "\(report)") }
        }
      }
      let cured = try await first.reconcileAll(documents)
      #expect(cured.map(\.outcome) == [.asWanted, .asWanted, .asWanted], "\(cured)")
      for side in Side.allCases { #expect(try await slots(side) == places, "\(side)") }
      first.forgetCalls()
      #expect(try await first.reconcileAll(documents).map(\.outcome) == [.asWanted, .asWanted, .asWanted])
      #expect(first.mutatingCalls == 0)
    }

    /// Runs a command in the mount namespace of the host's libvirtd.
    private func inside(_ host: PrivateHost, _ words: String...) throws {
      let daemon = try #require(try host.process("libvirtd"))
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/nsenter")
      process.arguments = ["-t", "\(daemon)", "-m", "--"] + words
      try process.run()
      process.waitUntilExit()
      try #require(process.terminationStatus == 0, "\(words.joined(separator: " "))")
    }
  }
}
