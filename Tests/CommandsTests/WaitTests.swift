import Control
import Testing
import Vocabulary

@Suite(.timeLimit(.minutes(5))) struct WaitTests {
  private static func domain(
    _ conditions: [DomainCondition] = [], generation: Int64? = 7, observed: Int64? = 7, state: String = "running",
    _ name: String = "web-1"
  ) -> DomainReport {
    var report = DomainReport(
      name: name, uuid: Samples.uuid, state: state, isManaged: true, isPersistent: true, machine: nil,
      generation: generation, observedGeneration: observed, isProtected: false)
    report.conditions = conditions
    return report
  }

  private static func ready(_ status: DomainCondition.Status, observed: Int64? = nil) -> DomainCondition {
    DomainCondition("Ready", status, [.init("Because", "of it")], observedGeneration: observed)
  }

  private func wait(_ looks: [[DomainReport]], _ words: String..., daemon: [ServerEvent]? = nil) async -> Ran {
    var around = Surroundings()
    around.answers.looks = looks
    around.answers.missing = true
    if let daemon {
      around.hasDaemon = true
      around.answers.serverEvents = daemon
      around.answers.eventPause = 20
    }
    return await around.run(["wait", "web-1"] + words)
  }

  @Test(
    "a condition is met by its status, in any spelling of kubectl's",
    arguments: [
      ("Ready", DomainCondition.Status.yes), ("ready=true", .yes), ("condition=Ready", .yes), ("Ready=False", .no),
      ("condition=Ready=false", .no), ("Ready=Unknown", .unknown),
    ])
  func spellings(_ words: String, _ status: DomainCondition.Status) async {
    let met = await wait([[Self.domain([Self.ready(status)])]], "--for", words)
    #expect(met.status == 0 && met.output.lowercased() == "web-1: ready=\(status.rawValue.lowercased())\n")
    let other: DomainCondition.Status = status == .yes ? .no : .yes
    let unmet = await wait([[Self.domain([Self.ready(other)])]], "--for", words, "--timeout", "1ms")
    #expect(unmet.status == 11 && unmet.output.contains("Ready=\(other.rawValue): Because"))
  }

  @Test("without a daemon it looks every second, also for a domain that is not there yet")
  func polls() async {
    let ran = await wait([[], [Self.domain([Self.ready(.no)])], [Self.domain([Self.ready(.yes)])]], "--for", "Ready")
    #expect(ran.status == 0 && ran.output == "web-1: Ready=True\n" && ran.calls.count == 3)
    let never = await wait([[]], "--for", "Ready", "--timeout", "10ms")
    #expect(never.status == 11 && never.output.contains("no such domain yet"))
  }

  @Test("with a daemon it looks when something happened, and listens before its first look")
  func listens() async {
    let events = (1...20).map { ServerEvent(id: "\($0)", type: .conditions, at: 5) }
    let no = [Self.domain([Self.ready(.no)])]
    // By its own clock it would look twice in this time.
    let ran = await wait(
      [no, no, [Self.domain([Self.ready(.yes)])]], "--for", "Ready", "--timeout", "9s", daemon: events)
    #expect(ran.status == 0 && ran.calls.first == .events(nil))
  }

  @Test("what was said of an earlier document does not count")
  func generations() async {
    func status(_ domain: DomainReport, _ words: String...) async -> Int32 {
      var around = Surroundings()
      around.answers.domains = [domain]
      return await around.run(["wait", "web-1", "--for", "Ready", "--timeout", "1ms"] + words).status
    }
    #expect(await status(Self.domain([Self.ready(.yes, observed: 6)])) == 11)
    #expect(await status(Self.domain([Self.ready(.yes)], observed: 6)) == 11)
    #expect(await status(Self.domain([Self.ready(.yes, observed: 7)], observed: 6)) == 0)
    #expect(await status(Self.domain([Self.ready(.yes)]), "--generation", "8") == 11)
    #expect(await status(Self.domain([Self.ready(.yes)], generation: 9, observed: 9), "--generation", "8") == 0)
    #expect(await status(Self.domain([Self.ready(.yes)], generation: nil, observed: nil)) == 0)
    #expect(await status(Self.domain([Self.ready(.yes)], generation: nil, observed: nil), "--generation", "1") == 11)
  }

  @Test("a domain that is gone ends the wait with 13, and is what --for delete waits for")
  func gone() async {
    let gone = Self.domain([Self.ready(.no)], state: "gone")
    let ran = await wait([[gone]], "--for", "Ready")
    #expect(ran.status == 13 && ran.output == "web-1: gone\n")
    #expect(await wait([[gone]], "--for", "delete").status == 0)
    #expect(await wait([[]], "--for", "delete").status == 0)
    #expect(await wait([[Self.domain()]], "--for", "delete", "--timeout", "1ms").status == 11)
    let condition = DomainCondition("Gone", .yes, [.init("Undefined", "")])
    #expect(await wait([[Self.domain([condition], state: "gone")]], "--for", "Gone").status == 0)
  }

  @Test("of several domains the most serious counts")
  func several() async throws {
    let domains = [Self.domain([Self.ready(.yes)]), Self.domain([Self.ready(.no)], "web-2")]
    var around = Surroundings()
    around.answers.domains = domains
    around.answers.missing = true
    let ran = await around.run("wait", "web-1", "web-2", "--for", "Ready", "--timeout", "1ms", "-o", "json")
    #expect(ran.status == 11)
    let documents = try decode([Document].self, ran.output)
    #expect(
      documents == [.init(domain: "web-1", met: true, exitCode: 0), .init(domain: "web-2", met: false, exitCode: 11)])
  }

  private struct Document: Decodable, Equatable {
    let domain: String
    let met: Bool
    let exitCode: Int32
  }

  @Test(
    "what cannot be waited for is usage",
    arguments: [[], ["--for", ""], ["--for", "Ready=Maybe"], ["--for", "a=b=c"]])
  func usage(_ words: [String]) async {
    #expect(await Surroundings().run(["wait", "web-1"] + words).status == 64)
  }
}
