import DomainXML
import TestSupport
import Testing
import Vocabulary

/// What libvirt prints of a running domain's device and of no other.
@Suite struct RunTimeTests {
  private func without(_ xml: String) throws -> String {
    let document = try DomainDocument(XMLText(xml))
    return try Catalogue.kind(of: document.root).withoutRunTime(document).text.shown
  }

  @Test(arguments: [
    (
      "<disk><source file='/a' index='3'/><backingStore><source file='/b'/></backingStore><mirror job='copy'/></disk>",
      "<disk><source file='/a'/></disk>"
    ),
    (
      "<interface type='bridge'><source network='n' portid='p' bridge='b'/><target dev='vnet3'/></interface>",
      "<interface type='network'><source network='n'/></interface>"
    ),
    (
      "<interface type='bridge'><source bridge='b'/><target dev='tap7'/></interface>",
      "<interface type='bridge'><source bridge='b'/><target dev='tap7'/></interface>"
    ),
    (
      "<console type='pty' tty='/dev/pts/0'><source path='/dev/pts/0'/><target type='serial'/></console>",
      "<console type='pty'><target type='serial'/></console>"
    ),
    ("<serial type='file'><source path='/l'/></serial>", "<serial type='file'><source path='/l'/></serial>"),
    (
      "<channel type='unix'><source path='/x/channel/target/a'/><target name='a' state='connected'/></channel>",
      "<channel type='unix'><target name='a'/></channel>"
    ),
    ("<graphics type='vnc' port='5900' autoport='yes'/>", "<graphics type='vnc' autoport='yes'/>"),
    ("<graphics type='vnc' port='5900' autoport='no'/>", "<graphics type='vnc' port='5900' autoport='no'/>"),
    // What a document may state too stays where nothing says that it did not.
    ("<graphics type='vnc' listen='127.0.0.1'/>", "<graphics type='vnc' listen='127.0.0.1'/>"),
    ("<rng model='virtio'/>", "<rng model='virtio'/>"),
  ])
  func `it is taken off, and what was restated is put back`(_ running: String, _ stated: String) throws {
    #expect(try without(running) == stated)
  }

  @Test func `what the definition has is not filled in, unless it leaves the choice to libvirt too`() throws {
    func element(_ xml: String) throws -> Element { try DomainDocument(XMLText(xml)).root }
    let live = try element("<graphics type='vnc' port='5900' autoport='yes' listen='127.0.0.1'/>")
    let automatic = try element("<graphics type='vnc' port='-1' autoport='yes'/>")
    let stated = try element("<graphics type='vnc' port='5901' autoport='no' listen='::1'/>")
    let kind = DeviceKind.graphics
    #expect(kind.isRunTime("@port", of: live, defined: "-1", in: automatic))
    #expect(!kind.isRunTime("@port", of: live, defined: "5901", in: stated))
    #expect(kind.isRunTime("@listen", of: live, defined: nil, in: automatic))
    #expect(!kind.isRunTime("@listen", of: live, defined: "::1", in: stated))
    #expect(!kind.isRunTime("@type", of: live, defined: nil, in: automatic))
  }

  @Test func `a condition reads as a sentence`() {
    #expect(Condition.prefix("target/@dev", ["vnet", "macvtap"]).words == "target/@dev begins with vnet or macvtap")
    #expect(Condition.contains("source/@path", "/channel/").words == "source/@path contains /channel/")
  }

  @Test func `R7: a disk stands on any layer of its backing chain`() throws {
    func disk(_ chain: String) throws -> Element {
      try DomainDocument(XMLText("<disk><source file='/top'/>\(chain)</disk>")).root
    }
    let wanted = try DomainDocument(XMLText("<disk><source file='/a'/></disk>")).root
    let chain = "<backingStore><source file='/b'/><backingStore><source file='//a'/></backingStore></backingStore>"
    #expect(DeviceKind.disk.stands(try disk(chain), on: wanted))
    #expect(!DeviceKind.disk.stands(try disk("<backingStore/>"), on: wanted))
    #expect(!DeviceKind.interface.stands(try disk(chain), on: wanted))
  }
}
