import Commands
import Control
import Testing
import Vocabulary

/// What each command asks of the control.
@Suite struct ParsingTests {
  /// Every verb with what it asks for.
  static let verbs: [(line: [String], request: VerbRequest)] = [
    (["start", "web-1"], VerbRequest(.start, domain: "web-1")),
    (["start", "web-1", "--timeout", "5m"], VerbRequest(.start, domain: "web-1", timeout: 300_000)),
    (["stop", "web-1"], VerbRequest(.stop, domain: "web-1")),
    (
      ["stop", "web-1", "--timeout", "90s", "--force"],
      VerbRequest(.stop, domain: "web-1", timeout: 90_000, force: true)
    ),
    (["restart", "web-1", "--if-pending"], VerbRequest(.restart, domain: "web-1", ifPending: true)),
    (["restart", "web-1", "--force"], VerbRequest(.restart, domain: "web-1", force: true)),
    (["delete", "web-1"], VerbRequest(.delete, domain: "web-1")),
    (
      ["delete", "web-1", "--nvram", "delete", "--tpm", "keep", "--saved-image", "delete", "--snapshots", "keep"],
      VerbRequest(
        .delete, domain: "web-1",
        remains: .init(nvram: .delete, tpm: .keep, savedImage: .delete, snapshots: .keep))
    ),
    (["delete", "web-1", "--force"], VerbRequest(.delete, domain: "web-1", force: true)),
    (["forget", "web-1"], VerbRequest(.forget, domain: "web-1")),
    (["restore", "web-1"], VerbRequest(.restore, domain: "web-1")),
    (["protect", "web-1"], VerbRequest(.protect, domain: "web-1")),
    (["protect", "web-1", "--device", "data"], VerbRequest(.protect, domain: "web-1", device: "data")),
    (["unprotect", "web-1", "root"], VerbRequest(.unprotect, domain: "web-1", device: "root")),
    (["unprotect", "web-1"], VerbRequest(.unprotect, domain: "web-1")),
    (["suspend", "web-1"], VerbRequest(.suspend, domain: "web-1")),
    (["resume", "web-1"], VerbRequest(.resume, domain: "web-1")),
  ]

  @Test(arguments: verbs.indices) func `a verb asks for what its words say`(_ index: Int) async {
    let verb = ParsingTests.verbs[index]
    var around = Surroundings()
    around.answers.events = [Samples.finished(Samples.report(.asWanted))]
    let ran = await around.run(verb.line)
    #expect(ran.calls == [.perform(verb.request)])
    #expect(ran.options.map(\.command) == ["vmctl \(verb.request.verb.rawValue)"])
    #expect(ran.status == 0)
  }

  @Test func `plan and reconcile ask the same`() async throws {
    let folder = try Folder(["a.yaml": Samples.intent])
    let words = ["web-1", "-f", folder("a.yaml"), "--remove", "data", "--remove", "lan", "--timeout", "30s"]
    let request = ReconcileRequest(
      domains: ["web-1"], documents: [IntentSource(name: folder("a.yaml"), bytes: Array(Samples.intent.utf8))],
      removals: ["data", "lan"], timeout: 30_000)
    #expect(await Surroundings().run(["plan"] + words).calls == [.plan(request)])
    #expect(await Surroundings().run(["reconcile"] + words).calls == [.reconcile(request)])
    #expect(await Surroundings().run(["reconcile", "--wait", "--dry-run"] + words).calls == [.plan(request)])
  }

  @Test func `looking commands ask for the domains that are named`() async {
    #expect(await Surroundings().run("get").calls == [.domains([])])
    #expect(await Surroundings().run("get", "a", "b").calls == [.domains(["a", "b"])])
    #expect(await Surroundings().run("devices", "a").calls == [.domains(["a"])])
    #expect(await Surroundings().run("pending").calls == [.domains([])])
    #expect(await Surroundings().run("show", "a").calls == [.domains(["a"])])
    #expect(await Surroundings().run("history", "a").calls == [.history("a", 20)])
    #expect(await Surroundings().run("diff", "a", "--all", "--live").calls == [.differences("a")])
    #expect(await Surroundings().run("blame", "a").calls == [.provenance("a")])
    #expect(await Surroundings().run("history", "a", "--limit", "3").calls == [.history("a", 3)])
  }

  @Test func `show asks for the side and the revision`() async {
    func asked(_ words: String...) async -> [FakeControl.Call] {
      await Surroundings().run(["show", "a", "--xml"] + words).calls
    }
    #expect(await asked() == [.xml(XMLRequest(domain: "a", side: nil))])
    #expect(await asked("--side", "live") == [.xml(XMLRequest(domain: "a", side: .live))])
    #expect(await asked("--recorded") == [.xml(XMLRequest(domain: "a", side: nil, revision: 0))])
    #expect(
      await asked("--recorded", "--revision", "4", "--side", "persistent")
        == [.xml(XMLRequest(domain: "a", side: .persistent, revision: 4))])
  }

  @Test(
    arguments: [
      ["-c", "test:///x", "--store", "/s", "get"], ["get", "-c", "test:///x", "--store", "/s"],
      ["--store", "/s", "get", "--connect", "test:///x"],
    ])
  func `global options stand before or behind the command, as virsh's do`(_ words: [String]) async {
    let ran = await Surroundings().run(words)
    #expect(ran.options == [ControlOptions(uri: "test:///x", storePath: "/s", command: "vmctl get")])
  }

  @Test func `nothing is chosen where nothing is said`() async {
    let ran = await Surroundings().run("get")
    #expect(ran.options == [ControlOptions(uri: nil, storePath: nil, command: "vmctl get")])
  }

  @Test(
    arguments: [
      ["bogus"], ["plan"], ["reconcile"], ["plan", "--all", "web-1"], ["plan", "web-1", "--bogus"],
      ["get", ""], ["get", "-o", "xml"], ["history"], ["history", "a", "--limit", "0"],
      ["history", "a", "--limit", "x"],
      ["devices"], ["devices", "a", "b"], ["show", "a", "--side", "live"], ["show", "a", "--xml", "--side", "up"],
      ["show", "a", "--xml", "-o", "yaml"], ["show", "a", "--xml", "--revision", "1"],
      ["show", "a", "--xml", "--recorded", "--revision", "0"], ["stop", "a", "--timeout", "5"],
      ["stop", "a", "--timeout", "-5s"], ["delete", "a", "--nvram", "maybe"], ["reconcile", "a", "--remove", "A"],
      ["unprotect", "a", "Root"], ["protect", "a", "x", "--device", "y"], ["completion", "tcsh"], ["completion"],
      ["diff"], ["diff", "a", "b"], ["diff", "a", "--live", "--persistent"], ["blame"], ["blame", "a", "b", "c"],
      ["plan", "a", "--live", "x.xml"], ["plan", "--offline"], ["plan", "--offline", "--all", "-f", "x"],
      ["plan", "--offline", "a", "-f", "x"], ["plan", "--offline", "-f", "x", "--target", "y"],
    ])
  func `what is no command is 64 and asks nothing`(_ words: [String]) async {
    let ran = await Surroundings().run(words)
    #expect(ran.status == 64)
    #expect(ran.output.isEmpty)
    #expect(ran.talk.hasPrefix("error: "))
    #expect(ran.calls.isEmpty)
  }

  @Test func `a mistyped command is answered with the nearest`() async {
    let ran = await Surroundings().run("-c", "x", "reconcil")
    #expect(ran.talk == "error: there is no command 'reconcil'\n  do: vmctl reconcile\n")
    let json = await Surroundings().run("plan", "web-1", "--bogus", "-o", "json")
    #expect(json.status == 64)
    #expect(json.talk == #"{"code":"usage","message":"Unknown option '--bogus'"}"# + "\n")
  }
}
