import DomainXML
import Foundation
import Testing

/// `vmctl explain` says what the catalogue says, and so does the page of documentation.
@Suite struct ExplainTests {
  private static let page = URL(filePath: #filePath).appending(
    path: "../../../Sources/Commands/Commands.docc/Devices.md"
  ).standardized

  @Test func `the page of documentation is the catalogue`() async throws {
    let ran = await Surroundings().run("explain", "--markdown")
    #expect(ran.status == 0)
    #expect(
      try String(contentsOf: ExplainTests.page, encoding: .utf8) == ran.output,
      "vmctl explain --markdown > Sources/Commands/Commands.docc/Devices.md")
  }

  @Test(arguments: Catalogue.elements) func `every kind is explained, in three formats`(_ kind: String) async {
    let text = await Surroundings().run("explain", kind)
    #expect(text.status == 0)
    #expect(text.output.hasPrefix("\(kind): "))
    for side in ["running domain", "definition"] {
      for verb in ["attach", "detach", "update"] { #expect(text.output.contains("\(verb), \(side): ")) }
    }
    let json = await Surroundings().run("explain", kind, "-o", "json").output
    #expect(json.contains("\"element\" : \"\(kind)\""))
    #expect(await Surroundings().run("explain", kind, "-o", "yaml").output.contains("element: \(kind)\n"))
    #expect(await Surroundings().run("explain").output.contains("\n\(kind) "))
  }

  @Test func `every field is found by its path and by its key`() async {
    for kind in Catalogue.kinds {
      for field in kind.fields {
        let ran = await Surroundings().run("explain", "\(kind.element).\(field.path)")
        #expect(ran.status == 0, "\(kind.element).\(field.path)")
        #expect(field.note.isEmpty || ran.output.contains(field.note))
      }
      for field in kind.shortForm?.fields ?? [] {
        #expect(await Surroundings().run("explain", "\(kind.element).\(field.key)").output.contains(field.help))
      }
    }
  }

  @Test func `a reason why not is said`() async {
    let video = await Surroundings().run("explain", "video").output
    #expect(await Surroundings().run("explain", "lease").output.contains("found by  lockspace + key"))
    #expect(video.contains("libvirt adds or removes the video kind only when it defines a domain"))
    #expect(await Surroundings().run("explain", "disk.target").output.contains("definition: never: target is"))
  }

  @Test(arguments: [
    ("dsk", "vmctl explain disk"), ("disk.chache", "vmctl explain disk.cache"), ("holodeck", "lists the kinds"),
    ("", "lists the kinds"), (".", "lists the kinds"),
  ])
  func `what is not there is said with the way out`(_ topic: String, _ way: String) async {
    let ran = await Surroundings().run("explain", topic)
    #expect(ran.status == 64)
    #expect(ran.output.isEmpty)
    #expect(ran.talk.contains(way), "\(ran.talk)")
  }
}
