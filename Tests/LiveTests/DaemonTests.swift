import Control
import Foundation
import TestSupport
import Testing
import VMControlClient
import Vocabulary

extension Live {
  /// vmctld as it is installed: a process, its socket, a real libvirtd.
  @Suite(.serialized, .needsHost, .timeLimit(.minutes(15))) struct Daemon {
    /// The generations of one guest: each adds a card to the one before.
    private static let generations = 1...4

    @Test
    func `guests end at their highest generation, each change made once, over a death of the daemon (E5, I6, R16)`()
      async throws
    {
      try await PrivateHost.with { host in
        let daemon = try RunningDaemon(host)
        var process = try await daemon.start()
        let names = (0..<6).map { "guest-\($0)" }
        var requests = names.flatMap { name in Daemon.generations.map { (name: name, generation: $0) } }
        // Every request twice, in any order.
        requests = (requests + requests).shuffled()
        do {
          for (index, request) in requests.enumerated() {
            if index == requests.count / 2 {
              _ = await RunningDaemon.end(process, by: SIGKILL)
              process = try await daemon.start()
            }
            let text = RunningDaemon.document(
              request.name, generation: request.generation, cards: Array(1...request.generation))
            do throws(any Error) {
              _ = try await daemon.submit(request.name, text, key: "\(request.name)-\(request.generation)")
            } catch let problem as Problem {
              #expect(problem.code == "stale-generation", "\(problem)")
            }
          }
          for name in names {
            try await Daemon.until("\(name) is ready", daemon) {
              let item = try await daemon.control.list(DomainQuery()).items.first { $0.name == name }
              let ready = item?.conditions.first { $0.type == "Ready" }
              return ready?.isTrue == true && ready?.observedGeneration == item?.generation
            }
            let report = try #require(try await daemon.control.domains([name]).first)
            let cards = report.devices.filter { $0.id != nil }
            #expect(cards.compactMap(\.id).sorted() == Daemon.generations.map { "card-\($0)" })
            #expect(cards.allSatisfy { $0.sides.count == 2 && $0.persistentSlot == nil })
            let steps = try await daemon.control.history(of: name, limit: 100).flatMap(\.steps)
            let attached = steps.filter { $0.action == "attach" && $0.state == "done" }
              .map { "\($0.target.device ?? "") \($0.side ?? "")" }
            #expect(Set(attached).count == attached.count, "\(attached)")
          }
        } catch {
          _ = await RunningDaemon.end(process, by: SIGKILL)
          throw error
        }
        #expect(await RunningDaemon.end(process, by: SIGTERM) == 0)
        #expect(!FileManager.default.fileExists(atPath: daemon.socket))
      }
    }

    @Test func `a second daemon on the store ends and names the first, whose socket goes on (E9)`() async throws {
      try await PrivateHost.with { host in
        let daemon = try RunningDaemon(host)
        let first = try await daemon.start()
        let second = try daemon.launch(socket: daemon.folder + "/other.sock", log: "second")
        let code = await RunningDaemon.end(second, by: 0)
        #expect(code == 13)
        #expect(daemon.log("second").contains("vmctld") && daemon.log("second").contains("\(first.processIdentifier)"))
        let isReady = await daemon.control.readiness().isReady
        #expect(isReady)
        #expect(await RunningDaemon.end(first, by: SIGTERM) == 0)
      }
    }

    @Test func `what others change of a running guest is seen by its event, and of a definition by the resync (R8)`()
      async throws
    {
      try await PrivateHost.with { host in
        let daemon = try RunningDaemon(host)
        let process = try await daemon.start()
        do {
          let receipt = try await daemon.submit("g", RunningDaemon.document("g", generation: 1, cards: [1, 2]))
          let done = try await daemon.control.operation(receipt.operation.id, wait: 30_000)
          #expect(done.outcome == .asWanted, "\(done)")
          // Not the one that it boots from. libvirt 9.0 has no event for a change of a definition.
          let ended = try await Subprocess.run(
            "virsh", ["-c", host.uri, "detach-interface", "g", "network", "--mac", "52:54:00:00:02:01", "--config"])
          #expect(ended.code == 0)
          try await Daemon.until("the card is put back", daemon) {
            let card = try await daemon.control.domains(["g"]).first?.devices.first { $0.id == "card-2" }
            return card?.sides.count == 2 && card?.persistentSlot == nil
          }
          let off = try await Subprocess.run("virsh", ["-c", host.uri, "destroy", "g"])
          #expect(off.code == 0)
          try await Daemon.until("its end is known", daemon) {
            try await daemon.control.list(DomainQuery()).items.first?.state == "shut off"
          }
        } catch {
          _ = await RunningDaemon.end(process, by: SIGKILL)
          throw error
        }
        #expect(await RunningDaemon.end(process, by: SIGTERM) == 0)
      }
    }

    private static func until(_ what: String, _ daemon: RunningDaemon, _ isSo: () async throws -> Bool) async throws {
      for _ in 0..<600 {
        if try await isSo() { return }
        try await Task.sleep(for: .milliseconds(100))
      }
      throw Problem("test", "in a minute it did not come to: \(what)", underlying: daemon.log)
    }
  }
}
