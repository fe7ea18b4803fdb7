import DomainXML
import Planning
import TestSupport
import Testing
import Vocabulary

/// Two sides of a device by the catalogue's normalising.
@Suite struct SideDifferenceTests {
  private func differences(_ live: String, _ persistent: String) throws -> [SideDifference] {
    let now = try DomainDocument(XMLText(live)).root
    let later = try DomainDocument(XMLText(persistent)).root
    return Differ.differences(live: now, persistent: later, kind: Catalogue.kind(of: now))
  }

  @Test func `equal spellings are no difference`() throws {
    #expect(try differences("<disk><source file='/a//b/'/></disk>", "<disk><source file='/a/b'/></disk>").isEmpty)
    #expect(
      try differences(
        "<interface><mtu size='0x5dc'/><mac address='52:54:00:AA:bb:cc'/></interface>",
        "<interface><mac address='52-54-00-aa-BB-cc'/><mtu size='1500'/></interface>"
      ).isEmpty)
    #expect(
      try differences(
        "<memory><target><size unit='KiB'>1024</size></target></memory>",
        "<memory><target><size unit='MiB'>1</size></target></memory>"
      ).isEmpty)
  }

  @Test func `what one side lacks is a difference, each value by itself, and an empty element too`() throws {
    let found = try differences(
      "<disk><source file='/a' index='1'/><backingStore/></disk>", "<disk><source file='/b'/><readonly/></disk>")
    #expect(found.map(\.name) == ["source/@file", "source/@index", "backingStore", "readonly"])
    #expect(found.map(\.live) == ["/a", "1", "", nil])
    #expect(found.map(\.persistent) == ["/b", nil, nil, ""])
  }

  @Test func `several elements of one name are held together by what they call themselves, else by their order`() throws
  {
    let features = try differences(
      "<x><feature name='a'/><feature name='b' policy='require'/></x>", "<x><feature name='b' policy='disable'/></x>")
    #expect(features.map(\.name) == ["feature[a]/@name", "feature[b]/@policy"])
    #expect(features.map(\.path.text) == ["feature/@name", "feature/@policy"])
    let hosts = try differences("<x><host port='1'/><host port='2'/></x>", "<x><host port='1'/><host port='3'/></x>")
    #expect(hosts.map(\.name) == ["host[2]/@port"])
  }

  @Test func `a card on a network is one on its bridge: that is libvirt's resolution`() throws {
    let found = try differences("<interface type='bridge'/>", "<interface type='network'/>")
    #expect(found.map(\.isResolution) == [true])
    #expect(try differences("<interface type='network'/>", "<interface type='bridge'/>").map(\.isResolution) == [false])
  }

  /// libvirt.md section 8: what a fresh domain has live and not in its definition is known, all of it.
  @Test(arguments: ["rich-q35", "plain-pc"])
  func `of a domain that libvirt just started everything that differs is libvirt's own`(_ name: String) throws {
    let texts = Dictionary(uniqueKeysWithValues: try Corpus.xmlFiles(in: Corpus.own).map { ($0.name, $0.text) })
    let live = try DomainDefinition(try #require(texts["\(name)-live.xml"]))
    let persistent = try DomainDefinition(try #require(texts["\(name).xml"]))
    #expect(live.devices.count == persistent.devices.count)
    for (now, later) in zip(live.devices, persistent.devices) {
      for field in Differ.differences(live: now.element, persistent: later.element, kind: now.kind)
      where field.path != "alias/@name" && !field.isResolution {
        #expect(
          now.kind.isRunTime(field.path, of: now.element, defined: field.persistent, in: later.element),
          "\(now.kind.name) \(field.name)")
      }
    }
    for field in Differ.differences(
      live: live.root, persistent: persistent.root, kind: .domain, besides: ["devices", "metadata"])
    where !field.isResolution {
      #expect(
        DeviceKind.domain.isRunTime(field.path, of: live.root, defined: field.persistent, in: persistent.root),
        "\(field.name)")
    }
  }
}
