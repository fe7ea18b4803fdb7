import DomainXML
import Intent
import Planning
import Testing
import Vocabulary

/// Kinds of devices that need hardware or helpers which a test host does not have: planned on documents only, on both
/// sides and on the definition alone.
@Suite struct HardwareKindTests {
  struct Sample: Sendable, CustomTestStringConvertible {
    let name: String
    let xml: String
    /// Whether the running domain can get it, and let go of it.
    var live = true
    var testDescription: String { name }
  }

  static let samples: [Sample] = [
    Sample(
      name: "pci hostdev",
      xml: "<hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0x0000' bus='0x41' slot='0x00' "
        + "function='0x0'/></source></hostdev>"),
    Sample(
      name: "mdev hostdev",
      xml: "<hostdev mode='subsystem' type='mdev' model='vfio-pci'><source><address "
        + "uuid='c2177883-f1bb-47f0-914d-32a22e3a8804'/></source></hostdev>"),
    Sample(
      name: "usb hostdev",
      xml: "<hostdev mode='subsystem' type='usb'><source><vendor id='0x1234'/><product id='0xbeef'/></source></hostdev>"
    ),
    Sample(
      name: "scsi hostdev",
      xml: "<hostdev mode='subsystem' type='scsi'><source><adapter name='scsi_host0'/><address bus='0' target='0' "
        + "unit='0'/></source></hostdev>"),
    Sample(
      name: "hostdev card",
      xml: "<interface type='hostdev' managed='yes'><mac address='52:54:00:6d:90:02'/><source><address type='pci' "
        + "domain='0x0000' bus='0x42' slot='0x07' function='0x0'/></source></interface>"),
    Sample(
      name: "vhost-user card",
      xml: "<interface type='vhostuser'><mac address='52:54:00:6d:90:03'/><source type='unix' path='/run/vhost.sock' "
        + "mode='client'/><model type='virtio'/></interface>"),
    Sample(name: "redirected usb", xml: "<redirdev bus='usb' type='spicevmc'/>"),
    Sample(
      name: "filesystem",
      xml:
        "<filesystem type='mount'><driver type='virtiofs'/><source dir='/srv/share'/><target dir='share'/></filesystem>"
    ),
    Sample(name: "vsock", xml: "<vsock model='virtio'><cid auto='no' address='7'/></vsock>"),
    Sample(name: "sound", xml: "<sound model='ich9'/>", live: false),
    Sample(
      name: "parallel", xml: "<parallel type='file'><source path='/srv/lp'/><target port='0'/></parallel>", live: false),
    Sample(
      name: "nvdimm",
      xml:
        "<memory model='nvdimm'><source><path>/srv/nv</path></source><target><size unit='MiB'>256</size><node>0</node>"
        + "<label><size unit='KiB'>128</size></label></target></memory>"),
  ]

  private func world(running: Bool = true) throws -> World {
    try World.created(
      try Intents.document(
        Intents.base, Intents.creation("q35", rootPorts: 6, "hotplugMemory: {limit: 4 GiB, slots: 4}")),
      running: running)
  }

  @Test(arguments: samples) func `it is attached where it can be, at one place on both sides`(_ sample: Sample) throws {
    var world = try world()
    let document = try Intents.document(Intents.base + [Intents.xml("it", sample.xml)])
    let plan = world.plan(document)
    #expect(plan.refused.isEmpty, "\(plan.refused)")
    let sides = plan.steps.filter { $0.action == .attach && $0.target.id == "it" }.compactMap(\.side)
    #expect(sides == (sample.live ? [.live, .persistent] : [.persistent]))
    if !sample.live { #expect(plan.nextBoot.map(\.device) == ["it"]) }
    try world.converge(document)
    if sample.live { #expect(world.slot("it", .live)?.type == world.slot("it")?.type) }
    #expect(world.plan(document).summaries.isEmpty)
  }

  @Test(arguments: samples) func `of a domain that does not run the definition gets it, and loses it again`(
    _ sample: Sample
  ) throws {
    var world = try world(running: false)
    let document = try Intents.document(Intents.base + [Intents.xml("it", sample.xml)])
    #expect(world.plan(document).summaries.last == "attach it persistent")
    try world.converge(document)
    #expect(world.device("it") != nil)
    #expect(world.plan(document).summaries.isEmpty)
    try world.converge(try Intents.document(Intents.base))
    #expect(world.device("it") == nil)
  }

  @Test(arguments: ["tpm", "panic", "memballoon", "hub", "smartcard", "iommu", "nvram", "crypto", "video", "graphics"])
  func `what can never be added is refused with the reason`(_ kind: String) throws {
    let plan = try world().plan(Intents.document(Intents.base + [Intents.xml("it", "<\(kind) model='x' type='y'/>")]))
    #expect(plan.codes == ["cannot-attach"], "\(plan.summaries)")
    #expect(plan.summaries.isEmpty)
    #expect(plan.refused.first?.wouldTake == "a new domain")
  }
}
