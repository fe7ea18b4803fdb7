import Control
import Foundation
import TestSupport
import Testing
import Vocabulary

/// `plan --offline --target`: towards a domain document.
@Suite struct TargetTests {
  private func plan(_ folder: Folder, _ words: String...) async throws -> PlanDocument {
    let ran = await Surroundings().run(["plan", "--offline", "-o", "json"] + words)
    #expect(ran.talk.isEmpty)
    return try decode(PlanDocument.self, ran.output)
  }

  @Test(arguments: [true, false]) func `a domain against itself has nothing to do`(_ isRunning: Bool) async throws {
    let folder = try Folder([
      "l.xml": Domains.xml(isRunning: true, extra: Domains.watchdog), "p.xml": Domains.xml(extra: Domains.watchdog),
    ])
    let target = folder(isRunning ? "l.xml" : "p.xml")
    let plan = try await plan(folder, "--live", folder("l.xml"), "--persistent", folder("p.xml"), "--target", target)
    #expect(plan.steps.isEmpty)
    #expect(plan.refused.isEmpty)
    #expect(plan.summary.unchanged == 12)
  }

  @Test func `what the target has more is attached at its address, what it lacks is detached`() async throws {
    let folder = try Folder([
      "p.xml": Domains.xml(), "t.xml": Domains.xml(data: false, metadata: false, extra: Domains.watchdog),
    ])
    let plan = try await plan(folder, "--persistent", folder("p.xml"), "--target", folder("t.xml"))
    #expect(plan.refused.isEmpty)
    #expect(plan.steps.map(\.action) == ["detach", "attach"])
    #expect(plan.steps.map(\.target.name) == ["data", "watchdog-0"])
    #expect(plan.steps.last?.slot == .pci(PCIAddress(bus: 0, slot: 9)))
    #expect(plan.summary.unchanged == 10)
  }

  @Test func `a device is known by what identifies it, whatever its alias`() async throws {
    let folder = try Folder([
      "p.xml": Domains.xml(), "t.xml": Domains.xml(cache: "writeback").replacing("<alias name='ua-data'/>", with: ""),
    ])
    let plan = try await plan(folder, "--persistent", folder("p.xml"), "--target", folder("t.xml"))
    #expect(plan.steps.map(\.action) == ["update"])
    #expect(plan.steps.first?.target.device == "data")
    #expect(plan.steps.first?.changes == [.init(path: "driver/@cache", from: "none", to: "writeback")])
  }

  @Test func `a device that moves or cannot be changed is refused, with what is and what is wanted`() async throws {
    let moved = Domains.xml().replacing("bus='0x03' slot='0x00'", with: "bus='0x05' slot='0x00'")
    let folder = try Folder(["p.xml": Domains.xml(), "t.xml": moved])
    let plan = try await plan(folder, "--persistent", folder("p.xml"), "--target", folder("t.xml"))
    #expect(plan.steps.isEmpty)
    #expect(plan.refused.map(\.code) == ["needs-redefine"])
    #expect(plan.refused.first?.wanted == "pci 0000:05:00.0")
    #expect(plan.refused.first?.is == "pci 0000:03:00.0")
  }

  @Test func `devices that nothing tells apart are refused where they differ, and left alone where not`() async throws {
    func inputs(_ kinds: String...) -> String {
      kinds.map { "    <input type='\($0)' bus='ps2'/>\n" }.joined()
    }
    let folder = try Folder([
      "p.xml": Domains.xml(extra: inputs("mouse", "keyboard")),
      "same.xml": Domains.xml(extra: inputs("keyboard", "mouse")),
      "less.xml": Domains.xml(extra: inputs("mouse")),
    ])
    let same = try await plan(folder, "--persistent", folder("p.xml"), "--target", folder("same.xml"))
    #expect(same.steps.isEmpty && same.refused.isEmpty)
    let less = try await plan(folder, "--persistent", folder("p.xml"), "--target", folder("less.xml"))
    #expect(less.refused.map(\.code) == ["ambiguous-device"])
  }

  @Test func `with neither side the target is what is created`() async throws {
    let folder = try Folder(["t.xml": Domains.xml(metadata: false)])
    let plan = try await plan(folder, "--target", folder("t.xml"))
    #expect(plan.steps.map(\.action) == ["define"])
    #expect(plan.domain.uuid == UniversalID(Domains.uuid))
  }

  /// What libvirt's own tests attach and detach, planned from the domains before and after.
  @Test(.enabled("the conformance folder is absent") { Corpus.conformance != nil })
  func `libvirt's own hotplugs come out as the same attaches and detaches`() async throws {
    struct Expected: Decodable {
      let base: String
      let result: String
      let added: [String]
      let removed: [String]
    }
    // Both state a device elsewhere than where it is: never a move, so no detach and attach either.
    let moving = [
      "qemuhotplug-base-ccw-live-with-2-ccw-virtio+ccw-virtio-1-explicit.xml",
      "qemuhotplug-base-with-scsi-controller-live+disk-scsi-2.xml",
    ]
    let hotplug = try #require(Corpus.conformance).appending(path: "hotplug")
    let lines = try String(contentsOf: hotplug.appending(path: "expected.jsonl"), encoding: .utf8)
    for line in lines.split(separator: "\n") {
      let expected = try decode(Expected.self, String(line))
      guard !moving.contains(expected.result) else { continue }
      func path(_ name: String) -> String { hotplug.appending(path: "domains/\(name)").path }
      let ran = await Surroundings().run(
        "plan", "--offline", "--live", path(expected.base), "--target", path(expected.result), "-o", "json")
      let plan = try decode(PlanDocument.self, ran.output)
      func kinds(_ elements: [String]) -> [String] {
        elements.compactMap { $0.split(whereSeparator: { "< />".contains($0) }).first.map(String.init) }.sorted()
      }
      func kinds(_ action: String) -> [String] {
        plan.steps.filter { $0.action == action }.compactMap(\.kind).sorted()
      }
      #expect(kinds("attach") == kinds(expected.added), "\(expected.result)")
      #expect(kinds("detach") == kinds(expected.removed), "\(expected.result)")
      #expect(plan.refused.isEmpty, "\(expected.result)")
    }
  }
}
