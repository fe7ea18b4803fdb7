import DomainXML
import TestSupport
import Testing
import Vocabulary

/// `Element.states` is a short cut: it may say no too often, never yes too often.
@Suite struct ComparisonTests {
  private func states(_ own: String, _ wanted: String) throws -> Bool {
    try DomainDocument(XMLText(own)).root.states(DomainDocument(XMLText(wanted)).root)
  }

  @Test func `what is stated must be there, what is more does not count`() throws {
    let disk = "<disk type='file' device='disk'><source file='/a'/><target dev='vda'/><serial> s </serial></disk>"
    #expect(try states(disk, "<disk type='file'><target dev='vda'/></disk>"))
    #expect(try states(disk, "<disk device='disk' type='file'><serial>s</serial><source file='/a'/></disk>"))
    #expect(try states(disk, disk))
    #expect(try !states(disk, "<disk type='block'/>"))
    #expect(try !states(disk, "<disk typ='file'/>"))
    #expect(try !states(disk, "<disk><serial>t</serial></disk>"))
    #expect(try !states(disk, "<disk><readonly/></disk>"))
    #expect(try !states("<a><b x='1'/><b x='2'/></a>", "<a><b x='2'/></a>"))
    #expect(try states("<a><c/><b x='1'/><d/><b x='2'/></a>", "<a><b x='1'/><b x='2'/></a>"))
    #expect(try !states("<a><b/></a>", "<a><b/><b/></a>"))
  }

  @Test func `what has to be decoded is left to a closer look`() throws {
    #expect(try !states("<a b='&amp;'/>", "<a b='&amp;'/>"))
    #expect(try !states("<a>&amp;</a>", "<a>&amp;</a>"))
  }

  @Test func `every device of every domain states itself, and no neighbour that differs`() throws {
    for (name, text) in try Corpus.domains() {
      guard let definition = try? DomainDefinition(text) else { continue }
      for device in definition.devices {
        for other in definition.devices where device.element.states(other.element) {
          // Then each attribute of the other stands here too.
          for (key, value) in other.element.attributes {
            #expect(device.element.attribute(named: key) == value, "\(name)")
          }
        }
      }
    }
  }

  @Test func `numbers are read as libvirt writes them`() throws {
    let element = try DomainDocument(
      XMLText(
        "<a d='16' h='0x1F' z='0' e='' x='0x' s='-1' o='18446744073709551616' m='0xffffffffffffffff' w=' 1' r='&#49;2'/>"
      )
    ).root
    #expect(element.number("d") == 16)
    #expect(element.number("h") == 31)
    #expect(element.number("z") == 0)
    #expect(element.number("m") == .max)
    #expect(element.number("r") == 12)
    for name in ["e", "x", "s", "o", "w", "none"] as [StaticString] { #expect(element.number(name) == nil, "\(name)") }
  }
}
