import DomainXML
import Testing
import Vocabulary

/// Bad input is refused with a word on what is wrong, before anything of it is used (faults.md section 3).
@Suite struct HostileInputTests {
  static let cases: [(name: String, text: XMLText, kind: XMLFault.Kind)] = [
    ("empty", XMLText(""), .empty),
    ("a DTD", XMLText("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>"), .documentType),
    ("an external DTD", XMLText("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>"), .documentType),
    (
      "a billion laughs",
      XMLText("<!DOCTYPE l [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>]><l>&b;</l>"), .documentType
    ),
    ("an undeclared entity", XMLText("<a>&nope;</a>"), .malformed),
    ("a NUL byte", XMLText(Array("<a>".utf8) + [0] + Array("</a>".utf8)), .nulByte),
    ("bad UTF-8", XMLText(Array("<a>".utf8) + [0xc3, 0x28] + Array("</a>".utf8)), .notUTF8),
    ("bad UTF-8 in an attribute", XMLText(Array("<a b='".utf8) + [0xff] + Array("'/>".utf8)), .notUTF8),
    (
      "Latin-1", XMLText(Array("<?xml version='1.0' encoding='ISO-8859-1'?><a>".utf8) + [0xe4] + Array("</a>".utf8)),
      .otherEncoding
    ),
    ("UTF-16", XMLText([0xff, 0xfe, 0x3c, 0x00, 0x61, 0x00, 0x2f, 0x00, 0x3e, 0x00]), .otherEncoding),
    ("EBCDIC", XMLText([0x4c, 0x6f, 0xa7, 0x94, 0x93, 0x40, 0x4c, 0x81, 0x61, 0x6e]), .malformed),
    ("white space alone", XMLText("  \n "), .malformed),
    ("two roots", XMLText("<a/><b/>"), .malformed),
    ("cut off", XMLText("<a><b>"), .malformed),
    ("a doubled attribute", XMLText("<a b='1' b='2'/>"), .malformed),
    ("< in an attribute", XMLText("<a b='<'/>"), .malformed),
    ("an undeclared prefix", XMLText("<a><x:b/></a>"), .malformed),
    ("a character that XML has not", XMLText("<a>&#0;</a>"), .notUTF8),
    ("more than 4 MiB", XMLText("<a>" + String(repeating: "x", count: 5 << 20) + "</a>"), .tooLarge),
    ("300 deep", XMLText(String(repeating: "<a>", count: 300) + String(repeating: "</a>", count: 300)), .malformed),
  ]

  @Test(arguments: cases.indices) func `is refused`(_ index: Int) {
    let (name, text, kind) = HostileInputTests.cases[index]
    let fault = #expect(throws: XMLFault.self, "\(name)") { try DomainDocument(text) }
    #expect(fault?.kind == kind, "\(name): \(fault?.message ?? "")")
    #expect(fault?.message.isEmpty == false)
  }

  @Test func `an intent's limits are narrower`() {
    let deep = String(repeating: "<a>", count: 70) + String(repeating: "</a>", count: 70)
    #expect(throws: XMLFault.self) { try DomainDocument(XMLText(deep), limits: .intent) }
    #expect(throws: Never.self) { try DomainDocument(XMLText(deep)) }
  }

  @Test func `the first error is reported, with its place`() {
    let fault = #expect(throws: XMLFault.self) { try DomainDocument(XMLText("<a>\n  <b c='<'/>\n</a>")) }
    #expect(fault?.line == 2)
    #expect(fault?.message.contains("Unescaped '<'") == true)
  }
}
