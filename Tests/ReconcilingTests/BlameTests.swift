import Control
import DomainXML
import Libvirt
import Reconciling
import TestSupport
import Testing
import Vocabulary

/// `blame`: who chose a value, and by which step.
@Suite struct BlameTests {
  typealias W = Workbench
  typealias Value = ProvenanceDocument.Value

  private func value(_ bench: Workbench, _ device: String?, _ path: String, _ side: Side? = nil) async throws -> Value {
    let values = try await bench.control.provenance(of: "web-1").values
    return try #require(values.first { $0.device == device && $0.path == path && $0.side == side })
  }

  @Test func `T13: a MAC and a slot that vmctl chose name the policy, the operation and the step`() async throws {
    let bench = try Workbench()
    #expect(try await bench.reconcile(W.document([W.root])).outcome == .asWanted)
    let attached = try await bench.reconcile(W.document([W.root, DiffTests.card()]))
    let step = try #require(attached.steps.first { $0.action == "attach" && $0.side == "live" })
    let mac = try await value(bench, "lan", "mac/@address")
    #expect(mac.by == .vmctl)
    #expect(mac.why == "libvirt would draw another one for each side (T13)")
    #expect(mac.operation == attached.id)
    #expect(mac.step == step.order)
    #expect(mac.at == step.settledAt)
    #expect(mac.generation == nil)
    let slot = try await value(bench, "lan", "address")
    #expect(slot.by == .vmctl)
    #expect(slot.value == step.slot?.description)
    #expect(slot.operation == attached.id)
    #expect(try await value(bench, "lan", "alias/@name").by == .vmctl)
  }

  @Test func `what the document says is the document's, of the generation whose step brought it`() async throws {
    let bench = try Workbench()
    #expect(try await bench.reconcile(W.document([W.root, DiffTests.card()])).outcome == .asWanted)
    let changed = try await bench.reconcile(W.document([W.root, DiffTests.card(", mtu: 9000")]))
    let mtu = try await value(bench, "lan", "mtu/@size", .persistent)
    #expect(mtu.by == .document)
    #expect(mtu.generation == 2)
    #expect(mtu.operation == changed.id)
    #expect(mtu.step == changed.steps.first { $0.action == "update" }?.order)
    let network = try await value(bench, "lan", "source/@network")
    #expect(network.by == .document)
    #expect(network.generation == 1)
    #expect(try await value(bench, "root", "boot/@order").by == .document)
  }

  @Test func `what libvirt resolved, drew or gave a name to is libvirt's`() async throws {
    let bench = try Workbench()
    #expect(try await bench.reconcile(W.document([W.root, DiffTests.card()])).outcome == .asWanted)
    let target = try await value(bench, "lan", "target/@dev", .live)
    #expect(target.by == .libvirt)
    #expect(target.why == "for this run")
    #expect(target.operation == nil)
    #expect(try await value(bench, "lan", "@type", .live).by == .document)
  }

  @Test func `R8: what somebody changed or added behind our back is foreign, and says what was`() async throws {
    let bench = try Workbench()
    #expect(try await bench.reconcile(W.document([W.root, DiffTests.card(", mtu: 1400")])).outcome == .asWanted)
    let uuid = try await bench.uuid()
    let mac = try await value(bench, "lan", "mac/@address").value
    for side in Side.allCases {
      bench.fake.rewrite(uuid, side: side) { text in
        XMLText(
          text.shown.replacing("<mtu size='1400'/>", with: "<mtu size='1300'/>")
            .replacing(mac, with: "52:54:00:00:00:01")
            .replacing("<model type='virtio'/>", with: "<model type='virtio'/><driver name='vhost'/>"))
      }
    }
    let mtu = try await value(bench, "lan", "mtu/@size")
    #expect(mtu.by == .foreign)
    #expect(mtu.why == "the document says 1400")
    #expect(mtu.operation == nil)
    let other = try await value(bench, "lan", "mac/@address")
    #expect(other.by == .foreign)
    #expect(other.why == "vmctl gave it \(mac)")
    let driver = try await value(bench, "lan", "driver/@name")
    #expect(driver.by == .foreign)
    #expect(driver.why == "not there after operation 1")
  }

  @Test func `R8: a value of an earlier document that a foreign hand put back is the foreigner's`() async throws {
    let bench = try Workbench()
    for link in ["up", "down"] {
      #expect(try await bench.reconcile(W.document([W.root, DiffTests.card(", link: \(link)")])).outcome == .asWanted)
    }
    let down = try await value(bench, "lan", "link/@state")
    #expect(down.by == .document)
    #expect(down.generation == 2)
    bench.fake.rewrite(try await bench.uuid(), side: .live) {
      XMLText($0.shown.replacing("<link state='down'/>", with: "<link state='up'/>"))
    }
    let live = try await value(bench, "lan", "link/@state", .live)
    #expect(live.by == .foreign)
    #expect(live.why == "the document says down")
    #expect(try await value(bench, "lan", "link/@state", .persistent).by == .document)
  }

  @Test func `settings that the document states are the document's, and a balloon that moved the guest's`() async throws
  {
    let bench = try Workbench()
    let document = W.document([W.root], more: "  memory: 256 MiB\n  vcpus: 1")
    #expect(try await bench.reconcile(document).outcome == .asWanted)
    let memory = try await value(bench, nil, "spec.memory")
    #expect(memory.by == .document)
    #expect(memory.operation == 1)
    bench.fake.rewrite(try await bench.uuid(), side: .live) { text in
      XMLText(text.shown.replacing("<currentMemory unit='KiB'>262144", with: "<currentMemory unit='KiB'>131072"))
    }
    #expect(try await value(bench, nil, "spec.memory", .live).by == .guest)
    #expect(try await value(bench, nil, "spec.memory", .persistent).by == .document)
    #expect(try await value(bench, nil, "spec.vcpus").by == .document)
  }
}
