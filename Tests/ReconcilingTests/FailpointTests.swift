#if Faults
  import Control
  import Faults
  import Foundation
  import Libvirt
  import Reconciling
  import Store
  import Synchronization
  import TestSupport
  import Testing
  import Vocabulary

  /// F1, F2: the places where something can be made to die, and that a command comes past each of them.
  @Suite struct FailpointTests {
    typealias W = Workbench

    /// Notes which places are passed, and in which order.
    private final class Passed: FailpointHandler {
      private let points = Mutex<[Failpoint]>([])

      var all: [Failpoint] { points.withLock { $0 } }

      func reach(_ point: Failpoint) throws(FailpointStop) { points.withLock { $0.append(point) } }
    }

    private static let all = LibvirtFailpoints.all + StoreFailpoints.all

    @Test func `F1: there are more than 40 failpoints, each with a name of its own`() {
      #expect(Self.all.count >= 40, "\(Self.all.count)")
      #expect(Set(Self.all.map(\.name)).count == Self.all.count)
      let places = Set(Self.all.map { String($0.name[..<($0.name.lastIndex(of: ".") ?? $0.name.endIndex)]) })
      #expect(places.count * 2 == Self.all.count, "each place is before and after")
    }

    @Test func `F1: some command passes every failpoint, and none that is not listed`() async throws {
      let passed = Passed()
      try await Failpoint.$handler.withValue(passed) {
        try await changeEverything()
        try await mendAndRestore()
      }
      let names = Set(passed.all)
      #expect(names.subtracting(Self.all) == [])
      let missed = Set(Self.all).subtracting(names).map(\.name).sorted()
      #expect(missed == [], "no command passes these")
    }

    @Test func `I6: the journal is written before every call of a step, and settled after it`() async throws {
      let passed = Passed()
      try await Failpoint.$handler.withValue(passed) {
        let bench = try Workbench()
        #expect(try await bench.reconcile(W.document([W.root])).outcome == .asWanted)
        #expect(try await bench.reconcile(W.document([W.root, W.rng("e")])).outcome == .asWanted)
        #expect(try await bench.reconcile(W.document([W.root])).outcome == .asWanted)
      }
      // Begun and not yet settled: exactly what is open when a call is made.
      var isOpen = false
      var calls = 0
      for point in passed.all {
        switch point.name {
        case "store.begin.after":
          #expect(!isOpen, "a second step begins before the first is settled")
          isOpen = true
        case "store.settle.after": isOpen = false
        case let name where name.hasPrefix("libvirt.") && name.hasSuffix(".before") && name != "libvirt.observe.before":
          #expect(isOpen, "\(name) without a journal entry")
          calls += 1
        default: break
        }
      }
      #expect(calls >= 8, "\(calls)")
    }

    /// One domain's life, with every call that a command can make.
    private func changeEverything() async throws {
      let bench = try Workbench()
      let data = "{id: data, disk: {file: \(bench.store.folder)/data.img, format: raw, bus: virtio, target: vdb}}"
      #expect(FileManager.default.createFile(atPath: bench.store.folder + "/data.img", contents: Data(count: 1 << 20)))
      func document(_ link: String, title: String = "one", power: String = "running") -> String {
        W.document(
          [W.root, data, "{id: lan, interface: {network: default, link: \(link)}}"], power: power,
          more: "  title: \(title)")
      }
      #expect(try await bench.reconcile(document("up")).outcome == .asWanted)
      #expect(try await bench.reconcile(document("down")).outcome == .asWanted)
      #expect(try await bench.reconcile(document("down", title: "two")).outcome == .asWanted)
      let without = W.document([W.root, data], more: "  title: two")
      #expect(try await bench.reconcile(without).outcome == .asWanted)
      #expect(try await bench.reconcile(document("down", title: "two")).outcome == .asWanted)

      var resize = VerbRequest(.resize, domain: "web-1", device: "data")
      resize.size = 2 << 20
      #expect(try await bench.perform(resize).outcome == .asWanted)
      try await setPassword(bench)
      #expect(try await bench.perform(VerbRequest(.protect, domain: "web-1")).outcome == .asWanted)
      #expect(try await bench.perform(VerbRequest(.unprotect, domain: "web-1")).outcome == .asWanted)
      #expect(try await bench.perform(VerbRequest(.stop, domain: "web-1")).outcome == .asWanted)
      #expect(try await bench.perform(VerbRequest(.start, domain: "web-1")).outcome == .asWanted)
      #expect(try await bench.perform(VerbRequest(.delete, domain: "web-1", force: true)).outcome == .asWanted)
    }

    private func setPassword(_ bench: Workbench) async throws {
      let screen = "{id: screen, xml: \"<graphics type='vnc' port='-1' autoport='yes' listen='127.0.0.1'/>\"}"
      let document = W.document([W.root, screen], name: "web-2")
      _ = try await bench.reconcile(document)
      var request = VerbRequest(.password, domain: "web-2", device: "vnc")
      request.secret = Secret("secret")
      #expect(try await bench.perform(request).outcome == .asWanted)
    }

    /// A row that was damaged, and a store that is put back from its backup.
    private func mendAndRestore() async throws {
      let bench = try Workbench()
      #expect(try await bench.reconcile(W.document([W.root])).outcome == .asWanted)
      let backup = bench.store.folder + "/backup.db"
      _ = try await bench.control.backUpStore(to: backup, overwriting: false)
      _ = try await bench.control.restoreStore(from: backup)
      _ = try await bench.control.repairStore()
    }
  }
#endif
