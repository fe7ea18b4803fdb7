import Foundation
import Libvirt
import TestSupport
import Vocabulary

/// Pairs of one seed, judged by a host's libvirtd.
struct ABIRound {
  let host: PrivateHost
  let libvirt: Version
  let seed: UInt64
  private let samples: [String]
  private let words: Mutation.Words

  /// Enough that each kind of device is in some.
  private static let sampleCount = 16
  /// libvirtd works for each connection by itself.
  private static let connections = 4

  init(seed: UInt64, on host: PrivateHost, libvirt: Version) throws {
    self.seed = seed
    self.host = host
    self.libvirt = libvirt
    var numbers = SeededNumbers(seed: seed)
    let image = try SavedImage(uri: host.uri, path: host.images + "/samples")
    samples = try (0..<ABIRound.sampleCount).map { try SampleDomain.make($0, &numbers, by: image) }
    words = try ABIPair.words(in: samples)
  }

  func judge(_ count: Int) async throws -> [ABIJudgement] {
    var judgements = try await withThrowingTaskGroup(of: [ABIJudgement].self) { group in
      for worker in 0..<ABIRound.connections {
        group.addTask { try await ABIRound.onThread { try judge(worker, count) } }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    // A libvirtd that dies takes the answers to all connections with it: who killed it dies alone, too.
    for (index, judgement) in judgements.enumerated() where judgement.outcome == .daemonDied {
      judgements[index] = try await ABIRound.onThread { try judgeAlone(judgement.pair) }
    }
    return judgements.sorted { $0.pair.number < $1.pair.number }
  }

  private func judge(_ worker: Int, _ count: Int) throws -> [ABIJudgement] {
    let path = "\(host.images)/pair-\(worker)"
    var image = try SavedImage(uri: host.uri, path: path)
    var judgements: [ABIJudgement] = []
    for number in stride(from: worker, to: count, by: ABIRound.connections) {
      let pair = try ABIPair(seed: seed, number: number, samples: samples, words: words)
      do {
        judgements.append(try ABIJudgement(pair, by: image, libvirt: libvirt))
      } catch let error as LibvirtError where error.meansConnectionLost {
        judgements.append(ABIJudgement(unanswered: pair))
        image = try SavedImage(uri: host.uri, path: path)
      }
    }
    return judgements
  }

  private func judgeAlone(_ pair: ABIPair) throws -> ABIJudgement {
    let image = try SavedImage(uri: host.uri, path: host.images + "/alone")
    do {
      return try ABIJudgement(pair, by: image, libvirt: libvirt)
    } catch let error as LibvirtError where error.meansConnectionLost {
      return ABIJudgement(unanswered: pair)
    }
  }

  /// The calls block: they have threads of their own. And libvirt's client writes to its socket with plain `write`,
  /// which to a libvirtd that was killed is SIGPIPE: without the block it ends all tests.
  private static func onThread<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        continuation.resume(with: Result { try body() })
      }
    }
  }
}
