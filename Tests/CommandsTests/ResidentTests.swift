import Control
import Foundation
import Testing
import Vocabulary

/// What commands do with a daemon.
@Suite struct ResidentTests {
  private static func receipt(_ name: String, _ generation: Int64, isUnchanged: Bool = false) -> IntentReceipt {
    var status = OperationStatus(
      id: "\(Samples.uuid).\(generation)", domain: name, verb: "reconcile", state: .pending, summary: "accepted")
    status.generation = generation
    return IntentReceipt(generation: generation, isFirst: false, isUnchanged: isUnchanged, operation: status)
  }

  private static func domain(_ name: String, _ generation: Int64?, isManaged: Bool = true) -> DomainReport {
    DomainReport(
      name: name, uuid: Samples.uuid, state: "running", isManaged: isManaged, isPersistent: true, machine: nil,
      generation: generation, observedGeneration: generation, isProtected: false)
  }

  private func around(_ receipts: [String: Result<IntentReceipt, Problem>]) -> Surroundings {
    var around = Surroundings()
    around.hasDaemon = true
    around.answers.receipts = receipts
    return around
  }

  @Test("documents are accepted on top of what is there, and it returns when they are durable (R16)")
  func accepted() async throws {
    let folder = try Folder(["a.yaml": Samples.intent])
    var around = around(["web-1": .success(Self.receipt("web-1", 7))])
    around.answers.domains = [Self.domain("web-1", 6)]
    let ran = await around.run("reconcile", "-f", folder("a.yaml"))
    #expect(ran.status == 0 && ran.output == "web-1: accepted as generation 7\n" && ran.talk.isEmpty)
    let source = IntentSource(name: folder("a.yaml"), bytes: Array(Samples.intent.utf8))
    #expect(
      ran.calls == [
        .domains(["web-1"]),
        .submit(
          IntentSubmission(
            domain: "web-1", source: source, expecting: .generation(6), idempotencyKey: nil, requester: .operator)),
      ])
    let json = await around.run("reconcile", "-f", folder("a.yaml"), "-o", "json")
    #expect(try decode(OperationStatus.self, json.output) == Self.receipt("web-1", 7).operation)
  }

  @Test("a document with a number of its own is not held against anything else; a first one expects nothing")
  func expectations() async throws {
    let numbered = Samples.intent.replacing("name: web-1", with: "name: web-1\n  generation: 4")
    let folder = try Folder(["a.yaml": numbered, "b.yaml": Samples.intent(named: "web-2")])
    var around = around([
      "web-1": .success(Self.receipt("web-1", 4, isUnchanged: true)), "web-2": .success(Self.receipt("web-2", 1)),
    ])
    around.answers.missing = true
    let ran = await around.run("reconcile", "-f", folder.path)
    #expect(ran.output == "web-1: unchanged, generation 4\nweb-2: accepted as generation 1\n")
    let expectations = ran.calls.compactMap { if case .submit(let sent) = $0 { sent.expecting == nil } else { nil } }
    #expect(expectations == [true, true] && ran.calls.contains(.domains(["web-2"])))
    #expect(!ran.calls.contains(.domains(["web-1"])))
  }

  @Test("one document that is refused hinders no other, and its problem is the exit code")
  func refused() async throws {
    let folder = try Folder(["a.yaml": Samples.intent, "b.yaml": Samples.intent(named: "web-2")])
    var around = around([
      "web-1": .failure(Problem("stale-generation", "it is older")), "web-2": .success(Self.receipt("web-2", 2)),
    ])
    around.answers.domains = [Self.domain("web-1", nil, isManaged: false)]
    let ran = await around.run("reconcile", "-f", folder("a.yaml"), "-f", folder("b.yaml"))
    #expect(ran.status == 13 && ran.output == "web-2: accepted as generation 2\n")
    #expect(ran.talk.contains("error: it is older") && ran.talk.contains("web-1"))
  }

  @Test(
    "with --wait, and with what is of one run, it waits as without a daemon",
    arguments: [["--wait"], ["--remove", "data"], ["--reassert"], ["--grow"]])
  func waits(_ words: [String]) async throws {
    let folder = try Folder(["a.yaml": Samples.intent])
    var around = around([:])
    around.answers.events = [Samples.finished(Samples.report(.nextBoot))]
    let ran = await around.run(["reconcile", "-f", folder("a.yaml")] + words)
    #expect(ran.status == 10)
    guard case .reconcile(let request)? = ran.calls.first, ran.calls.count == 1 else {
      Issue.record("\(ran.calls)")
      return
    }
    #expect(!request.isDetached && request.documents.count == 1)
  }

  @Test("without documents a daemon is set going, and waited for with --wait alone")
  func going() async {
    var around = around([:])
    let begun = await around.run("reconcile", "web-1")
    #expect(begun.status == 0 && begun.talk == "vmctld goes on by itself.\n")
    around.answers.events = [Samples.finished(Samples.report(.waiting))]
    let waited = await around.run("reconcile", "web-1", "--wait")
    #expect(waited.status == 11)
    let detached = (begun.calls + waited.calls).map {
      if case .reconcile(let request) = $0 { request.isDetached } else { false }
    }
    #expect(detached == [true, false])
  }

  // MARK: watch

  private static var events: [ServerEvent] {
    var intent = ServerEvent(id: "1", type: .intent, at: 5)
    intent.domain = "web-1"
    intent.generation = 7
    var progress = ServerEvent(id: "2", type: .progress, at: 6)
    progress.domain = "web-1"
    progress.progress = ProgressEvent(
      sequence: 1, domain: "web-1", phase: .done,
      step: Samples.step("attach", TargetDocument(device: "data"), side: "live"), duration: 41)
    var conditions = ServerEvent(id: "3", type: .conditions, at: 7)
    conditions.domain = "web-2"
    conditions.conditions = [
      DomainCondition("Ready", .no, [.init("WaitingForGuest", "it holds data")]),
      DomainCondition("UnplugPending", .yes, [.init("Requested", "")]),
    ]
    var operation = ServerEvent(id: "4", type: .operation, at: 8)
    operation.domain = "web-1"
    var status = OperationStatus(id: "9", domain: "web-1", verb: "reconcile", state: .done, summary: "1 added")
    status.outcome = .asWanted
    operation.operation = status
    var state = ServerEvent(id: "5", type: .domain, at: 9)
    state.domain = "web-1"
    state.state = "shut\u{1b}off"
    return [intent, progress, conditions, operation, state, ServerEvent(id: "6", type: .resync, at: 10)]
  }

  @Test("watch prints a line for each event, and ends with an error when no more can come")
  func watch() async {
    var around = around([:])
    around.answers.serverEvents = Self.events
    let ran = await around.run("watch")
    #expect(
      ran.output == """
        at 5  web-1  document accepted as generation 7
        at 6  web-1  attach  data  live  41 ms
        at 7  web-2  Ready=False (WaitingForGuest)  UnplugPending=True (Requested)
        at 8  web-1  reconcile  done  1 added
        at 9  web-1  shut\\u{1b}off
        at 10  all domains  what happened before is not known any more; each domain follows as it is now

        """)
    #expect(ran.status == 1 && ran.calls == [.events(nil)])
  }

  @Test("watch as JSON begins with the version; domains that are not named are left out")
  func watchJSON() async throws {
    var around = around([:])
    around.answers.serverEvents = Self.events
    let ran = await around.run("watch", "web-2", "--after", "0", "-o", "json")
    let lines = ran.output.split(separator: "\n").map(String.init)
    let version = try #require(JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: String])
    #expect(version["type"] == "version" && version["apiVersion"] == "vmctl/v1" && version["vmctl"] != nil)
    #expect(try lines.dropFirst().map { try decode(ServerEvent.self, $0) } == [Self.events[2], Self.events[5]])
    #expect(ran.calls == [.events("0")])
    #expect(await around.run("watch", "-o", "yaml").status == 64)
  }

  @Test("watch without a daemon is an error that says how to start one")
  func watchAlone() async {
    let ran = await Surroundings().run("watch")
    #expect(ran.status == 1 && ran.talk.contains("vmctld") && ran.talk.contains("systemctl start vmctld"))
  }
}
