import DomainXML
import Testing
import Vocabulary

@Suite struct ElementTests {
  @Test func `values are decoded as XML says`() throws {
    let text = "<?xml version='1.0'?><a b='1 &lt; 2&#x41;\n&apos;'>x<!-- no --> &amp; <![CDATA[<y>]]><c/>z<?pi?></a>"
    let root = try DomainDocument(XMLText(text)).root
    #expect(root["b"] == "1 < 2A '")
    #expect(root.text == "x & <y>z")
    #expect(root.children.map(\.name) == ["c"])
  }

  @Test func `a path leads to an attribute or to a text`() throws {
    let root = try DomainDocument(XMLText("<disk><target dev='vda'/><serial> s1 </serial></disk>")).root
    #expect(root.value(at: "target/@dev") == "vda")
    #expect(root.value(at: "serial") == "s1")
    #expect(root.value(at: "source/@file") == nil)
  }

  @Test func `a namespace counts by its URI, whatever the prefix`() throws {
    let text = "<a><m xmlns:q='urn:x'><q:e/><e xmlns='urn:x'/><e/></m></a>"
    let elements = try #require(try DomainDocument(XMLText(text)).root.child("m")).children
    #expect(elements.map(\.namespaceURI) == ["urn:x", "urn:x", nil])
    #expect(elements.map(\.localName) == ["e", "e", "e"])
  }

  @Test func `spelling does not count in the canonical form`() throws {
    let one = try DomainDocument(XMLText("<a b=\"1\" c='2'>\n  <d>x</d>\n</a>")).root
    let two = try DomainDocument(XMLText("<a c='2' b='1'><d> x </d></a>")).root
    let other = try DomainDocument(XMLText("<a c='2' b='2'><d> x </d></a>")).root
    #expect(one.canonicalDigest == two.canonicalDigest)
    #expect(one.canonicalDigest != other.canonicalDigest)
  }
}
