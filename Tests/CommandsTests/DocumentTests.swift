import Control
import Testing
import Vocabulary

/// What `-f` takes.
@Suite struct DocumentTests {
  @Test func `a folder gives its documents by name, and nothing else`() async throws {
    let folder = try Folder([
      "c.yaml": Samples.intent(named: "c"), "a.yml": Samples.intent(named: "a"),
      "b.json": #"{"apiVersion":"vmctl/v1","kind":"Domain","metadata":{"name":"b"},"spec":{}}"#,
      "notes.txt": "no", ".hidden.yaml": "no", "d.yaml~": "no",
    ])
    let ran = await Surroundings().run("plan", "-f", folder.path)
    guard case .plan(let request) = ran.calls.first else {
      Issue.record("nothing was asked: \(ran.talk)")
      return
    }
    #expect(request.documents.map(\.name) == [folder("a.yml"), folder("b.json"), folder("c.yaml")])
  }

  @Test func `stdin is a document`() async {
    var around = Surroundings()
    around.input = Samples.intent
    let ran = await around.run("plan", "-f", "-")
    #expect(
      ran.calls == [
        .plan(ReconcileRequest(documents: [IntentSource(name: "stdin", bytes: Array(Samples.intent.utf8))]))
      ])
  }

  @Test func `files, folders and stdin go together`() async throws {
    let folder = try Folder(["a.yaml": Samples.intent(named: "a")])
    let other = try Folder(["b.yaml": Samples.intent(named: "b")])
    var around = Surroundings()
    around.input = Samples.intent
    let ran = await around.run("reconcile", "-f", folder.path, "-f", other("b.yaml"), "-f", "-", "--all")
    guard case .reconcile(let request) = ran.calls.first else {
      Issue.record("nothing was asked: \(ran.talk)")
      return
    }
    #expect(request.documents.map(\.name) == [folder("a.yaml"), other("b.yaml"), "stdin"])
    #expect(request.all)
  }

  @Test func `what cannot be read is 64, and nothing is asked`() async throws {
    let folder = try Folder()
    var around = Surroundings()
    around.input = Samples.intent
    for words in [[folder("none.yaml")], [folder.path], ["-", "-f", "-"], ["/dev/zero"]] {
      let ran = await around.run(["plan", "-f"] + words)
      #expect(ran.status == 64)
      #expect(ran.calls.isEmpty)
      #expect(ran.talk.hasPrefix("error: "))
    }
  }

  @Test func `an empty document and two for one domain are 64`() async throws {
    let folder = try Folder(["a.yaml": Samples.intent, "b.yaml": Samples.intent])
    #expect(await Surroundings().run("plan", "-f", folder.path).status == 64)
    #expect(await Surroundings().run("plan", "-f", "-").status == 64)
  }
}
