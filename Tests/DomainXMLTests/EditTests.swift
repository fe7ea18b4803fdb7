import DomainXML
import Testing
import Vocabulary

/// An edit is the sum of its changes, in whatever order they were made (I4).
@Suite struct EditTests {
  private func edited(_ text: String, _ change: (inout Edit, Element) throws -> Void) throws -> String {
    let document = try DomainDocument(XMLText(text))
    var edit = Edit(document)
    try change(&edit, document.root)
    return try edit.apply().text.shown
  }

  private func child(_ root: Element, _ name: StaticString) throws -> Element { try #require(root.child(name)) }

  @Test func `several additions to an empty element all arrive`() throws {
    for parent in ["<devices/>", "<devices></devices>", "<devices>\n  </devices>"] {
      let text = try edited("<domain>\n  \(parent)\n</domain>") { edit, root in
        for name in ["a", "b", "c"] { edit.append(XMLText("<\(name)/>"), to: try child(root, "devices")) }
      }
      #expect(text == "<domain>\n  <devices>\n    <a/>\n    <b/>\n    <c/>\n  </devices>\n</domain>")
    }
  }

  @Test func `an attribute that is set twice is there once, with the last value`() throws {
    let new = try edited("<a/>") { edit, root in
      for value in ["1", "2"] { edit.set("x", to: value, on: root) }
      edit.set("y", to: "3", on: root)
    }
    #expect(new == "<a x='2' y='3'/>")
    let old = try edited("<a x='0' z='9'/>") { edit, root in
      for value in ["1", "2"] { edit.set("x", to: value, on: root) }
    }
    #expect(old == "<a x='2' z='9'/>")
  }

  @Test func `what is inserted beside a removed element stays`() throws {
    let text = try edited("<a>\n  <b/>\n  <c/>\n  <d/>\n</a>") { edit, root in
      edit.insert(XMLText("<new/>"), after: try child(root, "b"))
      edit.remove(try child(root, "c"))
    }
    #expect(text == "<a>\n  <b/>\n  <new/>\n  <d/>\n</a>")
    let last = try edited("<a>\n  <b/>\n  <c/>\n</a>") { edit, root in
      edit.append(XMLText("<new/>"), to: root)
      edit.remove(try child(root, "c"))
    }
    #expect(last == "<a>\n  <b/>\n  <new/>\n</a>")
  }

  @Test func `changes inside a removed element go with it`() throws {
    let text = try edited("<a><b x='1'><c/></b><d/></a>") { edit, root in
      let b = try child(root, "b")
      edit.set("x", to: "2", on: b)
      edit.set("y", to: "2", on: b)
      edit.append(XMLText("<e/>"), to: b)
      edit.remove(b)
    }
    #expect(text == "<a><d/></a>")
  }

  @Test func `an attribute is removed with the space before it`() throws {
    let text = try edited("<a  x='1' y='2'/>") { edit, root in
      edit.removeAttribute("x", of: root)
      edit.set("z", to: "3", on: root)
    }
    #expect(text == "<a y='2' z='3'/>")
  }
}
