import Foundation
import GuestABI
import Libvirt
import TestSupport
import Testing
import Vocabulary

extension Live {
  /// Whether `abi compare` says of a pair what libvirt itself says of it.
  @Suite(.serialized, .needsHost, .timeLimit(.minutes(10))) struct ABIAgreement {
    private static let chosen = ProcessInfo.processInfo.environment["VMCTL_ABI_SEED"].flatMap { UInt64($0) }

    /// On a host of their own: some documents are the end of a libvirtd.
    @Test(arguments: chosen.map { [$0] } ?? [1, 2, 3, 4])
    func `what libvirt refuses is broken, and nothing else is`(_ seed: UInt64) async throws {
      try await PrivateHost.with { host in
        let judgements = try await ABIRound(seed: seed, on: host, libvirt: try await version(of: host)).judge(900)
        for judgement in judgements {
          if judgement.outcome == .daemonDied { print("libvirtd died: \(judgement.pair.name)") }
          if !judgement.agrees { Issue.record("\(judgement.report)") }
        }
        let tally = Tally(judgements)
        print("VMCTL_ABI_SEED=\(seed): \(tally)")
        // Else it is no test of either answer.
        #expect(tally.refused > 150 && tally.passed > 150 && tally.refused + tally.passed > 500, "\(tally)")
      }
    }

    /// Rules that came with a later libvirt are held against that libvirt.
    @Test(arguments: chosen.map { [$0] } ?? [6, 8])
    func `the next Debian's libvirt says the same of its own rules`(_ seed: UInt64) async throws {
      try await PrivateHost.with(release: "trixie") { host in
        let judgements = try await ABIRound(seed: seed, on: host, libvirt: try await version(of: host)).judge(600)
        for judgement in judgements where !judgement.agrees { Issue.record("\(judgement.report)") }
        let tally = Tally(judgements)
        print("VMCTL_ABI_SEED=\(seed), libvirt 11.3: \(tally)")
        #expect(tally.refused > 100 && tally.passed > 100, "\(tally)")
      }
    }

    @Test func `where a libvirtd died, its pairs are asked of the next one`() async throws {
      try await PrivateHost.with { host in
        let round = try ABIRound(seed: 5, on: host, libvirt: try await version(of: host))
        async let judging = round.judge(300)
        try await Task.sleep(for: .milliseconds(300))
        try host.killDaemon()
        let judgements = try await judging
        #expect(judgements.map(\.pair.number) == Array(0..<300))
        for judgement in judgements where !judgement.agrees { Issue.record("\(judgement.report)") }
        #expect(!judgements.contains { $0.outcome == .daemonDied })
      }
    }

    private func version(of host: PrivateHost) async throws -> Version {
      let connection = try await Connection.open(uri: host.uri, readOnly: false)
      let version = try await connection.host().libvirtVersion
      await connection.close()
      return version
    }
  }
}

/// How many pairs came to what.
private struct Tally: CustomStringConvertible {
  private(set) var refused = 0
  private(set) var passed = 0
  private var same = 0
  private var dropped = 0
  private var died = 0

  init(_ judgements: [ABIJudgement]) {
    for judgement in judgements {
      switch judgement.outcome {
      case .judged(refusal: nil): passed += 1
      case .judged: refused += 1
      case .same: same += 1
      case .dropped: dropped += 1
      case .daemonDied: died += 1
      }
    }
  }

  var description: String {
    "\(refused + passed) pairs judged (\(refused) refused, \(passed) let pass), \(same) the same to libvirt, "
      + "\(dropped) with a document that it does not take, \(died) that it died of"
  }
}
