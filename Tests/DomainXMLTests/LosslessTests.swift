import DomainXML
import TestSupport
import Testing
import Vocabulary

/// I4: what libvirt returned is given back byte for byte, and an edit touches only what it names.
@Suite struct LosslessTests {
  @Test func `every document comes back byte for byte`() throws {
    let documents = try Corpus.domains()
    #expect(documents.count >= 3)
    for (name, text) in documents {
      #expect(try DomainDocument(text).text == text, "\(name)")
    }
  }

  @Test func `each element is a document of its own and stands where the index says`() throws {
    for (name, text) in try Corpus.domains() {
      let definition = try DomainDocument(text)
      for element in definition.root.children where !element.name.contains(":") {
        let alone = try DomainDocument(element.source)
        #expect(alone.root.name == element.name, "\(name)")
        #expect(alone.root.canonicalForm == element.canonicalForm, "\(name) \(element.name)")
      }
    }
  }

  @Test func `removing, inserting and editing a device leaves all other bytes alone`() throws {
    var edits = 0
    for (name, text) in try Corpus.domains() {
      guard let definition = try? DomainDefinition(text) else { continue }
      for device in definition.devices {
        let range = device.element.range
        let bytes = Array(text.bytes)

        var removal = Edit(definition.document)
        removal.remove(device.element)
        let removed = try DomainDefinition(removal.apply())
        #expect(removed.devices.count == definition.devices.count - 1, "\(name)")
        var start = range.lowerBound
        while " \n\t".utf8.contains(bytes[start - 1]) { start -= 1 }
        #expect(Array(removed.document.text.bytes) == Array(bytes[..<start] + bytes[range.upperBound...]), "\(name)")

        var attribute = Edit(definition.document)
        attribute.set("vmctl-test", to: "a<'b", on: device.element)
        let edited = try DomainDefinition(attribute.apply())
        let inserted = edited.document.text.count - text.count
        #expect(inserted == " vmctl-test='a&lt;&apos;b'".utf8.count, "\(name)")
        #expect(Array(edited.document.text.bytes.prefix(range.lowerBound)) == Array(bytes[..<range.lowerBound]))
        #expect(
          Array(edited.document.text.bytes.suffix(bytes.count - range.upperBound)) == Array(bytes[range.upperBound...]))

        var insertion = Edit(definition.document)
        insertion.insert(XMLText("<rng model='virtio'/>"), after: device.element)
        let grown = try insertion.apply()
        #expect(Array(grown.text.bytes.prefix(range.upperBound)) == Array(bytes[..<range.upperBound]), "\(name)")
        #expect(Array(grown.text.bytes.suffix(bytes.count - range.upperBound)) == Array(bytes[range.upperBound...]))
        #expect(try DomainDefinition(grown).devices.count == definition.devices.count + 1, "\(name)")
        edits += 3
      }
    }
    #expect(edits > 30)
  }

  @Test func `a removed device that is inserted again gives the same document`() throws {
    for (name, text) in try Corpus.domains() {
      guard let definition = try? DomainDefinition(text), definition.devices.count > 1,
        let last = definition.devices.last
      else { continue }
      let sibling = definition.devices[definition.devices.count - 2]
      var removal = Edit(definition.document)
      removal.remove(last.element)
      let removed = try DomainDefinition(removal.apply())
      var insertion = Edit(removed.document)
      insertion.insert(last.element.source, after: removed.devices[removed.devices.count - 1].element)
      #expect(try insertion.apply().text == text, "\(name) after \(sibling.kind.name)")
    }
  }

  @Test func `adding to an empty element opens it`() throws {
    let document = try DomainDocument(XMLText("<domain>\n  <devices/>\n</domain>"))
    var edit = Edit(document)
    if let devices = document.root.child("devices") { edit.append(XMLText("<rng/>"), to: devices) }
    #expect(try edit.apply().text.shown == "<domain>\n  <devices>\n    <rng/>\n  </devices>\n</domain>")
  }
}
