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

/// I1 and I11: a domain is defined once, and one that is gone is not made again by itself.
@Suite struct ExistenceTests {
  typealias W = Workbench

  @Test func `I7: a device of somebody else's comes back with a restored domain, and stays`() async throws {
    let bench = try Workbench()
    let document = W.document([W.root, W.rng("entropy")], power: "stopped")
    #expect(try await bench.reconcile(document).outcome == .asWanted)
    let uuid = try await bench.uuid()
    let foreign = XMLText(
      "<rng model='virtio'><backend model='random'>/dev/urandom</backend><alias name='ua-x0'/>"
        + "<address type='pci' domain='0x0000' bus='0x04' slot='0x00' function='0x0'/></rng>")
    #expect(bench.fake.attachForeign(foreign, to: uuid, side: .persistent))
    #expect(try await bench.reconcile(document).outcome == .asWanted)
    bench.fake.undefineForeign(uuid)
    #expect(try await bench.perform(VerbRequest(.restore, domain: "web-1")).outcome == .asWanted)
    #expect(try await bench.reconcile(document).outcome == .asWanted)
    let definition = try await bench.fake.observe(.name("web-1"))?.persistent
    #expect(definition?.shown.contains("ua-x0") == true)
  }

  @Test func `I11: a domain that is gone stays gone until it is restored`() async throws {
    let bench = try Workbench()
    let document = W.document([W.root])
    #expect(try await bench.reconcile(document).outcome == .asWanted)
    let recorded = try await bench.control.xml(XMLRequest(domain: "web-1", side: .persistent))
    let uuid = try await bench.uuid()
    try await bench.fake.destroy(uuid)
    try await bench.fake.undefine(uuid, [])
    bench.forgetCalls()
    #expect(try await bench.reconcile(document).outcome.exitCode == 13)
    #expect(try await bench.perform(VerbRequest(.start, domain: "web-1")).outcome.exitCode == 13)
    #expect(bench.mutatingCalls == 0)
    #expect(try await bench.perform(VerbRequest(.restore, domain: "web-1")).outcome == .asWanted)
    #expect(try await bench.fake.observe(.uuid(uuid))?.persistent == recorded)
    #expect(
      try await bench.perform(VerbRequest(.restore, domain: "web-1")).problems.map(\.code.rawValue) == ["not-gone"])
  }

  @Test func `a second process is told who holds the store`() async throws {
    let bench = try Workbench()
    let lock = try await StoreLock.acquire(
      bench.store.location, command: "vmctl reconcile --all", since: Timestamp(milliseconds: 1))
    let problem = await #expect(throws: Problem.self) { try await bench.reconcile(W.document([W.root])) }
    #expect(problem?.code.outcome.exitCode == 13)
    #expect(problem?.message.contains("vmctl reconcile --all") == true)
    #expect(bench.fake.calls.isEmpty)
    lock.close()
    #expect(try await bench.reconcile(W.document([W.root])).outcome == .asWanted)
  }

  @Test func `looking makes no store and takes no lock`() async throws {
    let bench = try Workbench()
    _ = try await bench.plan(W.document([W.root]))
    _ = try await bench.control.domains([])
    #expect(try FileManager.default.contentsOfDirectory(atPath: bench.store.folder).isEmpty)
  }

  @Test func `delete: refused while protected or running, and then nothing is left`() async throws {
    let bench = try Workbench()
    #expect(try await bench.reconcile(W.document([W.root])).outcome == .asWanted)
    #expect(try await bench.perform(VerbRequest(.protect, domain: "web-1")).outcome == .asWanted)
    let protected = try await bench.perform(VerbRequest(.delete, domain: "web-1", force: true))
    #expect(protected.problems.map(\.code.rawValue) == ["protected"])
    #expect(try await bench.perform(VerbRequest(.unprotect, domain: "web-1")).outcome == .asWanted)
    let running = try await bench.perform(VerbRequest(.delete, domain: "web-1"))
    #expect(running.problems.map(\.code.rawValue) == ["running"])
    #expect(running.outcome == .refused)
    #expect(try await bench.perform(VerbRequest(.delete, domain: "web-1", force: true)).outcome == .asWanted)
    #expect(try await bench.fake.domains().isEmpty)
    #expect(try await bench.control.domains([]).isEmpty)
    // A new domain of the name is another one.
    #expect(try await bench.reconcile(W.document([W.root])).outcome == .asWanted)
  }

  #if Faults
    /// Dies at the first passing of a place, and does nothing any more.
    private final class Death: FailpointHandler {
      private let place: String
      private let isDead = Mutex(false)

      init(at place: String) { self.place = place }

      func reach(_ point: Failpoint) throws(FailpointStop) {
        let stops = isDead.withLock { isDead in
          isDead = isDead || point.name == place
          return isDead
        }
        if stops { throw FailpointStop(point) }
      }
    }

    @Test(arguments: ["libvirt.undefine.after", "store.remove.before"], [true, false])
    func `F1: a delete that was stopped after the definition went is ended by the next one`(
      _ place: String, _ isReconciledBetween: Bool
    ) async throws {
      let bench = try Workbench()
      let document = W.document([W.root], power: "stopped")
      #expect(try await bench.reconcile(document).outcome == .asWanted)
      let stopped = try await Failpoint.$handler.withValue(Death(at: place)) {
        try await bench.perform(VerbRequest(.delete, domain: "web-1"))
      }
      #expect(stopped.outcome == .error)
      // What reconciles settles the step, and does not take the domain for one that somebody else removed.
      if isReconciledBetween { #expect(try await bench.reconcile(document).outcome == .conflict) }
      let reason = try await bench.report().conditions.compactMap(\.message)
      #expect(reason.contains { $0.contains("vmctl delete was stopped") }, "\(reason)")
      #expect(try await bench.perform(VerbRequest(.delete, domain: "web-1")).outcome == .asWanted)
      #expect(try await bench.control.domains([]).isEmpty)
    }
  #endif

  @Test func `forget removes our element and nothing else`() async throws {
    let bench = try Workbench()
    #expect(try await bench.reconcile(W.document([W.root, W.rng("entropy")])).outcome == .asWanted)
    let uuid = try await bench.uuid()
    let before = try #require(try await bench.fake.observe(.uuid(uuid)))
    #expect(try await bench.perform(VerbRequest(.forget, domain: "web-1")).outcome == .asWanted)
    let after = try #require(try await bench.fake.observe(.uuid(uuid)))
    for side in Side.allCases {
      #expect(try await bench.fake.metadata(uri: "urn:vmctl:domain:1", of: uuid, side: side) == nil)
      #expect(after.xml(side)?.shown.contains("urn:vmctl") == false)
      let devices = { (text: XMLText?) in text?.shown.split(separator: "<devices>").last }
      #expect(devices(after.xml(side)) == devices(before.xml(side)))
    }
  }

  @Test func `R17: the boot disk is protected by default, and unprotect is the way`() async throws {
    let bench = try Workbench()
    let both = W.document([W.root, W.card("lan"), W.rng("e")])
    #expect(try await bench.reconcile(both).outcome == .asWanted)
    let without = W.document([W.card("lan"), W.rng("e")])
    let refused = try await bench.reconcile(without, removals: ["root"])
    #expect(refused.refused.map(\.code) == ["protected"])
    #expect(try await bench.perform(VerbRequest(.unprotect, domain: "web-1", device: "root")).outcome == .asWanted)
    #expect(try await bench.reconcile(without).refused.allSatisfy { $0.code == "removal-not-meant" })
    #expect(try await bench.reconcile(without, removals: ["root"]).outcome == .asWanted)
  }

  @Test func `I1: one call site of the C function, and one of its wrapper`() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    var function: [String] = []
    var wrapper: [String] = []
    let files = FileManager.default.enumerator(at: root.appending(path: "Sources"), includingPropertiesForKeys: nil)
    while let file = files?.nextObject() as? URL {
      guard ["swift", "h"].contains(file.pathExtension) else { continue }
      let text = try String(contentsOf: file, encoding: .utf8)
      for line in text.split(separator: "\n") where !line.trimmingCharacters(in: .whitespaces).hasPrefix("//") {
        // Names in quotes are for messages and plans.
        if line.contains(/virDomainDefineXML(Flags)?\(/) { function.append(file.lastPathComponent) }
        if file.path.contains("/Reconciling/"), line.contains(/hypervisor\.create\(|\.create\(/) {
          wrapper.append(file.lastPathComponent)
        }
      }
    }
    #expect(function.count == 1, "\(function)")
    #expect(wrapper == ["Definer.swift"], "\(wrapper)")
  }
}
