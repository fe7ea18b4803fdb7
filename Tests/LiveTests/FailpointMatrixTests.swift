import Foundation
import Libvirt
import TestSupport
import Testing

extension Live {
  /// F1, F2, F7, F22: one domain's life by the program itself, and at each of its failpoints something dies.
  @Suite(.serialized, .needsHost, .timeLimit(.minutes(60))) struct FailpointMatrix {
    @Test func `F1, F2, F22: wherever something dies, the next command finds out and the end is the same`()
      async throws
    {
      let seed =
        ProcessInfo.processInfo.environment["VMCTL_FAULT_SEED"].flatMap { UInt64($0) }
        ?? UInt64.random(in: 0..<1_000_000)
      print("the failpoint matrix, VMCTL_FAULT_SEED=\(seed)")
      try await PrivateHost.with { host in
        try await LiveDomain.with(on: host) { domain in
          var matrix = Matrix(host: host, domain: domain)
          for stage in try MatrixStage.life(of: domain) {
            let violations = try await matrix.play(stage).violations
            try #require(violations == [], "\(stage.name), nothing disturbed it")
          }
          var choice = MatrixChoice(matrix.undisturbed.mapValues(\.points), seed: seed)
          while let round = choice.nextRound {
            for stage in try MatrixStage.life(of: domain) where round.contains(stage.name) {
              let begin = ContinuousClock.now
              let fault = choice.takeFault(of: stage.name)
              let play = try await matrix.play(stage, fault)
              let violations = play.violations
              if let fault {
                choice.note(fault, isViolated: !violations.isEmpty)
                let end = play.neededAnother ? "as wanted by the next command" : "as wanted"
                print("  \(fault): \(violations.isEmpty ? end : "VIOLATED"), \(ContinuousClock.now - begin)")
              }
              #expect(violations == [], "seed \(seed), \(fault?.description ?? "\(stage.name), undisturbed")")
              // What later stages would go on from is not what it should be.
              if !violations.isEmpty {
                try await matrix.startOver()
                break
              }
            }
          }
          for (victim, result) in choice.results {
            FaultResults.note(
              victim.row.group, victim.row.fault, runs: result.runs, violations: result.violations)
          }
          print("\(choice.summary)")
        }
      }
    }
  }
}
