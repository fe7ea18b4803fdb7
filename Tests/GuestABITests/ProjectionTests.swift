import DomainXML
import GuestABI
import TestSupport
import Testing
import Vocabulary

/// A fingerprint changes exactly where the guest can tell.
@Suite struct ProjectionTests {
  private static func fingerprint(_ changes: (String, String)...) throws -> Digest {
    ABIProjection(try Pair.definition(changes)).fingerprint
  }

  @Test(arguments: RuleTests.changed) func `what the guest sees changes the fingerprint`(_ change: RuleTests.Change)
    throws
  {
    #expect(
      try ProjectionTests.fingerprint((change.old, change.new)) != ProjectionTests.fingerprint(), "\(change.rule)")
  }

  @Test(arguments: [
    ("<name>web-1", "<name>web-2"), ("check='partial'", "check='full'"), ("'", "\""),
    ("<currentMemory unit='KiB'>2097152", "<currentMemory unit='KiB'>1048576"),
    ("<memory unit='KiB'>2097152", "<memory unit='MiB'>2048"), ("/srv/a.qcow2", "/srv/c.qcow2"),
    ("dev='vda'", "dev='vdz'"), ("cpus='2-3'", "cpus='2,3'"), (" multifunction='on'", " multifunction=\"on\""),
    ("<memballoon model='virtio'/>", "<memballoon model='virtio'><driver/><alias name='ua-b'/></memballoon>"),
    ("<address type='usb' bus='0' port='1'/>", "<address type='usb' port='1'/>"),
    ("<model type='virtio'/>", "<model type='virtio'/><rom bar='on'/>"),
    (
      "<feature policy='require' name='vmx'/>\n    <feature policy='disable' name='hle'/>",
      "<feature policy='disable' name='hle'/><feature policy='require' name='vmx'/>"
    ),
  ])
  func `what the guest cannot see leaves it as it is`(_ old: String, _ new: String) throws {
    #expect(try ProjectionTests.fingerprint((old, new)) == ProjectionTests.fingerprint())
  }

  @Test func `devices count by their place, not by their order`() throws {
    let text = Pair.domain
    let card = try #require(
      text.split(separator: "<interface").last?.split(separator: "<channel").first.map { "<interface" + $0 })
    #expect(card.contains("</interface>"))
    let moved = text.replacing(card, with: "").replacing("<memballoon", with: card + "<memballoon")
    #expect(moved != text)
    #expect(ABIProjection(try Pair.definition(of: moved)).fingerprint == (try ProjectionTests.fingerprint()))
  }

  /// An index of a controller is libvirt's; the way through the bridges is the guest's.
  @Test func `PCI devices count by the guest's way and bus number`() throws {
    let lines = ABIProjection(try Pair.definition()).lines
    #expect(lines.contains("disk at 02.2/00.0 (03:00.0)"))
    let renumbered = try Pair.definition([
      ("<controller type='pci' index='4'", "<controller type='pci' index='9'"),
      ("bus='0x04' slot='0x00'", "bus='0x09' slot='0x00'"),
    ])
    #expect(ABIProjection(renumbered).lines == lines)
  }

  /// Kept by whoever stores fingerprints: a rule that changes the lines makes a new version of the projection.
  @Test func `the projection is that of its version`() throws {
    #expect(ABIProjection.version == 1)
    #expect(ABIProjection(try Pair.definition()).lines.first == "vmctl guest ABI 1")
    let lines = ABIProjection(try Pair.definition()).lines
    #expect(lines == ProjectionTests.expected, "\(lines.joined(separator: "\n"))")
  }

  @Test func `every domain that libvirt printed has one, and the same for each spelling`() throws {
    for (name, text) in try Corpus.domains() {
      guard let definition = try? DomainDefinition(text) else { continue }
      let respelled = try DomainDefinition(XMLText(text.shown.replacing("/>", with: " />")))
      #expect(ABIProjection(definition).fingerprint == ABIProjection(respelled).fingerprint, "\(name)")
    }
  }
}
