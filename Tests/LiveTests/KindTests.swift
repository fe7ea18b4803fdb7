import Control
import DomainXML
import Foundation
import Synchronization
import TestSupport
import Testing
import Vocabulary

extension Live {
  /// Each kind of device that can come and go, on the real hypervisor. What came of each run is the published table
  /// (Sources/Commands/Commands.docc/Hotplug.md): a cell that is not what it says is a failure.
  @Suite(.serialized, .needsHost, .timeLimit(.minutes(20))) struct Kinds {
    private static let table = HotplugTable()

    @Test(arguments: ["pc", "q35"], KindSample.all)
    func `it comes on both sides, changes, stays where it is, and goes`(
      _ machine: String, _ sample: KindSample
    ) async throws {
      try await LiveDomain.with(machine: machine) { domain in
        let root = try domain.disk("root", target: "vda", extra: ", bootOrder: 1")
        for name in ["it", "it-2"] {
          try Data(count: 1 << 20).write(to: URL(filePath: "\(domain.folder)/\(name).img"))
        }
        func document(_ devices: [String], power: String = "running") -> String {
          domain.document(
            [root] + devices, power: power, boots: false,
            hotplugMemory: sample.isMemory ? "{limit: 2 GiB, slots: 4}" : nil)
        }
        func note(_ operation: HotplugTable.Operation, _ result: String) {
          Self.table.note(sample.name, machine, operation, result)
        }
        let first = try await domain.reconcile(document([]))
        #expect(first.outcome == .asWanted, "\(first.problems)")
        var with = document([sample.device("it", in: domain)])
        let attached = try await domain.reconcile(with)
        #expect(attached.outcome == .asWanted, "\(attached.problems) \(attached.refused)")
        var before = try #require(try await domain.report().devices.first { $0.id == "it" })
        #expect(before.persistentSlot == nil, "the sides have it at different places")
        for side in Side.allCases {
          note(side == .live ? .attachLive : .attachPersistent, before.sides.contains(side.rawValue) ? "works" : "no")
        }
        #expect(try await domain.plan(with).steps.isEmpty)

        if let update = sample.update {
          let changed = document([sample.device("it", in: domain, isUpdated: true)])
          let report = try await domain.reconcile(changed)
          note(.update, "\(update.what): \(HotplugTable.words(report))")
          if [.asWanted, .nextBoot].contains(report.outcome) {
            with = changed
          } else {
            #expect(try await domain.reconcile(with).outcome == .asWanted)
          }
          before = try #require(try await domain.report().devices.first { $0.id == "it" })
        } else {
          note(.update, "nothing changes by itself")
        }

        #expect(try await domain.perform(.stop, force: true, timeout: 200).outcome == .asWanted)
        #expect(try await domain.perform(.start).outcome == .asWanted)
        try FileManager.default.removeItem(atPath: domain.folder + "/store")
        let plan = try await domain.plan(with)
        #expect(plan.steps.isEmpty && plan.refused.isEmpty, "\(plan.steps) \(plan.refused)")
        let after = try #require(try await domain.report().devices.first { $0.id == "it" })
        let isSame = after.slot == before.slot && after.guestPath == before.guestPath
        note(.boot, isSame && plan.steps.isEmpty ? "kept" : "moved")

        #expect(try await domain.reconcile(with).outcome == .asWanted)
        #expect(try await domain.perform(.stop, force: true, timeout: 200).outcome == .asWanted)
        let gone = try await domain.reconcile(document([], power: "stopped"))
        #expect(gone.outcome == .asWanted, "\(gone.problems) \(gone.refused)")
        let isGone = try await !domain.report().devices.contains { $0.id == "it" }
        note(.detachPersistent, isGone ? "works" : "no")
      }
    }

    @Test(arguments: ["pc", "q35"])
    func `a guest that co-operates lets go of each, and keeps the others where they are`(
      _ machine: String
    ) async throws {
      try await LiveDomain.with(machine: machine) { domain in
        let root = try domain.disk("root", target: "vda", extra: ", bootOrder: 1")
        for sample in KindSample.all {
          try Data(count: 1 << 20).write(to: URL(filePath: "\(domain.folder)/\(sample.id).img"))
        }
        func document(_ samples: [KindSample]) -> String {
          domain.document(
            [root] + samples.map { $0.device($0.id, in: domain) }, rootPorts: 20,
            hotplugMemory: "{limit: 2 GiB, slots: 4}")
        }
        #expect(try await domain.reconcile(document([])).outcome == .asWanted)
        let before = try await domain.guest()
        let all = try await domain.reconcile(document(KindSample.all))
        #expect(all.outcome == .asWanted, "\(all.problems) \(all.refused)")
        // The guest has to have seen them before it can let go.
        let cards = try await domain.report().devices.count { device in
          if case .pci = device.slot { return device.id != nil && device.id != "root" }
          return false
        }
        _ = try await domain.guest { $0.functions.count >= before.functions.count + cards }
        let gone = try await domain.reconcile(
          document([]), removals: KindSample.all.map(\.id), timeout: 120_000)
        let devices = try await domain.report().devices
        for sample in KindSample.all {
          let kind = Catalogue.kind(of: try DomainDocument(XMLText(sample.xml)).root)
          let result: String
          if devices.contains(where: { $0.id == sample.id && $0.sides.contains("live") }) {
            let reason = gone.nextBoot.first { $0.device == sample.id }?.reason
            result = reason.map { "refused by rule: \($0)" } ?? "the guest keeps it"
          } else {
            result = kind.detachNeedsGuest ? "the guest lets go" : "works"
          }
          Self.table.note(sample.name, machine, .detachLive, result)
        }
        #expect(gone.problems.isEmpty, "\(gone.problems)")
        #expect(gone.waiting.isEmpty, "\(gone.waiting)")
      }
    }

    @Test func `what came of each run is what the table says`() throws {
      guard Self.table.isWhole else { return }
      let page = HotplugTable.page
      let found = Self.table.markdown
      if ProcessInfo.processInfo.environment["VMCTL_WRITE_PAGES"] != nil {
        try Data(found.utf8).write(to: URL(filePath: page))
      }
      #expect(try String(contentsOf: URL(filePath: page), encoding: .utf8) == found)
    }
  }
}

/// Results of real runs, by kind, machine and operation.
final class HotplugTable: Sendable {
  enum Operation: String, CaseIterable, Sendable {
    case attachLive = "attach, running"
    case attachPersistent = "attach, definition"
    case update = "update"
    case detachLive = "detach, running"
    case detachPersistent = "detach, definition"
    case boot = "stop and start, store deleted"
  }

  private struct Cell: Hashable {
    let kind: String
    let machine: String
    let operation: Operation
  }

  private let cells = Mutex<[Cell: String]>([:])

  static let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Sources/Commands/Commands.docc/Hotplug.md").path

  func note(_ kind: String, _ machine: String, _ operation: Operation, _ result: String) {
    cells.withLock { $0[Cell(kind: kind, machine: machine, operation: operation)] = result }
  }

  /// Whether every run took place: a filtered test run has no table.
  var isWhole: Bool {
    cells.withLock { $0.count } == KindSample.all.count * 2 * Operation.allCases.count
  }

  static func words(_ report: OperationReport) -> String {
    switch report.outcome {
    case .asWanted: "in place"
    case .nextBoot: "at the next boot"
    case .refused: "only with the device (replace: allowed)"
    default: "not on this host: " + (report.problems.first?.remedy ?? report.summary)
    }
  }

  var markdown: String {
    let cells = cells.withLock { $0 }
    var lines = [
      "# What was run", "",
      "Each cell is one run on a real hypervisor (libvirt 9.0, QEMU 7.2, software emulation), on the machine types",
      "pc and q35; the page is written by the tests and held equal to what comes of them. Kinds that a private host",
      "cannot have (passed-through devices, redirected USB, virtiofs, vsock) are tested on documents only.", "",
      "| kind | " + Operation.allCases.map(\.rawValue).joined(separator: " | ") + " |",
      "|" + String(repeating: "---|", count: Operation.allCases.count + 1),
    ]
    for sample in KindSample.all {
      let row = Operation.allCases.map { operation in
        let results = ["pc", "q35"].map { machine in
          (machine, cells[Cell(kind: sample.name, machine: machine, operation: operation)] ?? "not run")
        }
        if Set(results.map(\.1)).count == 1 { return results[0].1 }
        return results.map { "\($0.0): \($0.1)" }.joined(separator: "; ")
      }
      lines.append("| \(sample.name) | " + row.joined(separator: " | ") + " |")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
