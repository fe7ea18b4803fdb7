import Control
import DomainXML
import Testing
import Vocabulary

/// Commands that do a thing once: eject, resize, password; and what stands beside them in show and explain.
@Suite struct OperationCommandTests {
  private static var finished: FakeControl.Answers {
    var answers = FakeControl.Answers()
    answers.events = [
      ProgressEvent(
        sequence: 1, domain: "a", phase: .finished,
        report: OperationReport(domain: "a", verb: "eject", outcome: .asWanted, summary: "ejected"))
    ]
    return answers
  }

  private func asked(_ words: String..., input: String = "") async -> Ran {
    var surroundings = Surroundings()
    surroundings.answers = Self.finished
    surroundings.input = input
    return await surroundings.run(words)
  }

  @Test func `eject names domain and drive`() async {
    #expect(await asked("eject", "a", "cd").calls == [.perform(VerbRequest(.eject, domain: "a", device: "cd"))])
    let forced = VerbRequest(.eject, domain: "a", device: "cd", force: true)
    #expect(await asked("eject", "a", "cd", "--force").calls == [.perform(forced)])
  }

  @Test func `resize takes a size with its unit`() async {
    var request = VerbRequest(.resize, domain: "a", device: "data")
    request.size = 40 << 30
    #expect(await asked("resize", "a", "data", "40 GiB").calls == [.perform(request)])
    for size in ["40", "-1 GiB", "GiB", "40 GB"] {
      #expect(await asked("resize", "a", "data", size).status == 64, "\(size)")
    }
  }

  @Test func `I8: a password comes from standard input alone, and is in nothing that is printed`() async {
    let ran = await asked("password", "a", "--type", "vnc", input: "canary\nmore\n")
    guard case .perform(let request)? = ran.calls.first else {
      Issue.record("nothing was asked: \(ran.talk)")
      return
    }
    #expect(request.secret?.text == "canary" && request.device == "vnc")
    #expect(!"\(request)".contains("canary") && !String(reflecting: request).contains("canary"))
    #expect(!ran.output.contains("canary") && !ran.talk.contains("canary"))
    #expect(await asked("password", "a", input: "").status == 64)
    #expect(await asked("password", "a", "secret", input: "x").status == 64)
  }

  @Test func `show prints the document of a generation`() async {
    let newest = await asked("show", "a", "--document")
    #expect(newest.calls == [.document("a", nil)] && newest.output == "kind: Domain\n")
    #expect(await asked("show", "a", "--document", "--generation", "3").calls == [.document("a", 3)])
    for words in [["--generation", "3"], ["--document", "--xml"], ["--document", "-o", "json"]] {
      #expect(await Surroundings().run(["show", "a"] + words).status == 64, "\(words)")
    }
  }

  @Test(arguments: Catalogue.settings.map(\.name)) func `every setting is explained`(_ name: String) async {
    let ran = await asked("explain", "spec." + name)
    #expect(ran.status == 0)
    #expect(ran.output.hasPrefix("spec.\(name): ") && ran.output.contains("virDomain"))
    #expect(await asked("explain", "settings").output.contains("\n\(name) "))
  }

  @Test func `a word that is a kind and a setting means the kind, and says so`() async {
    let ran = await asked("explain", "memory")
    #expect(ran.output.hasPrefix("memory: ") && ran.output.contains("vmctl explain spec.memory"))
    #expect(await asked("explain", "cputune").output.contains("cputune.shares"))
    #expect(await asked("explain", "cputun").talk.contains("error: there is no kind of device or setting"))
  }

  @Test func `reassert and grow are for plan and reconcile`() async {
    for command in ["plan", "reconcile"] {
      let ran = await asked(command, "a", "--reassert", "--grow")
      switch ran.calls.first {
      case .plan(let request), .reconcile(let request): #expect(request.reassert && request.grow)
      default: Issue.record("\(command) asked nothing")
      }
    }
  }
}
