import Control
import DomainXML
import Libvirt
import Reconciling
import TestSupport
import Testing
import Vocabulary

/// Requirements and other tools' pitfalls that take a whole reconcile to prove, by their names.
@Suite struct RequirementTests {
  typealias W = Workbench

  @Test func `C4: a client that knows no XML adds, lists and removes devices by ids and kinds`() async throws {
    let bench = try Workbench()
    let network = W.card("dmz")
    #expect(try await bench.reconcile(W.document([W.root, W.card("lan"), network])).outcome == .asWanted)
    let listed = try await bench.report().devices.filter { $0.id != nil }
    #expect(listed.compactMap(\.id) == ["root", "lan", "dmz"])
    #expect(listed.map(\.kind) == ["disk", "interface", "interface"])
    #expect(listed.allSatisfy { $0.slot != nil && $0.sides == ["live", "persistent"] })
    #expect(try await bench.reconcile(W.document([W.root, W.card("lan")])).outcome == .asWanted)
    #expect(try await bench.report().devices.compactMap(\.id) == ["root", "lan"])
  }

  @Test func `C5: of two equal devices that come at once, each is told with its id, slot and guest path`() async throws
  {
    let bench = try Workbench()
    #expect(try await bench.reconcile(W.document([W.root])).outcome == .asWanted)
    let report = try await bench.reconcile(W.document([W.root, W.rng("one"), W.rng("two")]))
    #expect(report.outcome == .asWanted)
    let live = report.steps.filter { $0.action == "attach" && $0.side == "live" }
    let devices = try await bench.report().devices
    for id in ["one", "two"] {
      let device = try #require(devices.first { $0.id == id })
      #expect(device.slot != nil && device.guestPath != nil)
      #expect(live.first { $0.target.device == id }?.slot == device.slot)
    }
    #expect(Set(live.compactMap(\.slot)).count == 2)
    for side in Side.allCases {
      let text = try #require(try await bench.fake.observe(.name("web-1"))?.xml(side)).shown
      #expect(text.contains("<alias name='ua-one'/>") && text.contains("<alias name='ua-two'/>"))
    }
  }

  @Test func `C6, C8: a device leaves by its alias, and an equal one beside it stays`() async throws {
    let bench = try Workbench()
    let with = W.document([W.root, W.card("lan"), W.rng("one"), W.rng("two")])
    #expect(try await bench.reconcile(with).outcome == .asWanted)
    bench.forgetCalls()
    #expect(try await bench.reconcile(W.document([W.root, W.card("lan"), W.rng("one")])).outcome == .asWanted)
    let texts = bench.fake.calls.filter { $0.kind == .detach }.compactMap { $0.text?.shown }
    #expect(texts.count { $0.contains("ua-two") } == 2)
    #expect(!texts.contains { $0.contains("ua-one") })
  }

  @Test func `D8: devices come and go by attach, detach and update alone, one side a call`() async throws {
    let bench = try Workbench()
    #expect(try await bench.reconcile(W.document([W.root, W.card("lan")])).outcome == .asWanted)
    bench.forgetCalls()
    let down = "{id: lan, interface: {network: default, link: down}}"
    for devices in [[W.root, W.card("lan"), W.rng("one")], [W.root, down, W.rng("one")], [W.root, down]] {
      #expect(try await bench.reconcile(W.document(devices)).outcome == .asWanted)
    }
    let changing = Set(bench.fake.calls.filter(\.kind.isMutating).map(\.kind))
    #expect(changing == [.attach, .detach, .update, .setMetadata])
    let sides = bench.fake.calls.filter { [.attach, .detach, .update].contains($0.kind) }.map(\.side)
    #expect(sides.allSatisfy { $0 != nil })
  }

  @Test func `pitfall c: a guest that lets go before the call returns is not waited for`() async throws {
    let bench = try Workbench(guest: .acknowledges(after: .zero))
    #expect(try await bench.reconcile(W.document([W.root, W.card("lan"), W.rng("one")])).outcome == .asWanted)
    let report = try await bench.reconcile(W.document([W.root, W.card("lan")]), timeout: 0)
    #expect(report.outcome == .asWanted, "\(report.waiting)")
    #expect(try await bench.report().waiting.isEmpty)
  }

  /// libvirt has three codes for a device that is not there; a reading settles it, whichever it is (I5).
  @Test(arguments: [LibvirtError.Code.internalError, .invalidArgument, .deviceMissing, .operationFailed])
  func `pitfall e: that a device is gone is read, not concluded from one of libvirt's codes`(
    _ code: LibvirtError.Code
  ) async throws {
    let bench = try Workbench(guest: .acknowledges(after: .zero))
    #expect(try await bench.reconcile(W.document([W.root, W.card("lan"), W.rng("one")])).outcome == .asWanted)
    bench.fake.failNext(
      .detach,
      LibvirtError(code: code, domain: .qemu, message: "device not found", function: "virDomainDetachDeviceFlags"),
      afterDoing: true)
    let without = W.document([W.root, W.card("lan")])
    _ = try await bench.reconcile(without)
    #expect(try await bench.reconcile(without).outcome == .asWanted)
    #expect(!(try await bench.report().devices.contains { $0.id == "one" }))
    for side in Side.allCases {
      let text = try #require(try await bench.fake.observe(.name("web-1"))?.xml(side)).shown
      #expect(!text.contains("ua-one"))
    }
  }
}
