import Control
import Foundation
import Testing
import VMControlClient
import Vocabulary

/// What each call asks of a daemon, and that it reads the answer.
@Suite(.timeLimit(.minutes(5))) struct RemoteControlTests {
  static let uuid = UniversalID(high: 0x0b7c_0000_0000_4000, low: 0x8000_0000_0000_0001)
  static let name = PlanDocument.DomainName(name: "web-1", uuid: uuid)

  static var report: DomainReport {
    DomainReport(
      name: "web-1", uuid: uuid, state: "running", isManaged: true, isPersistent: true, machine: "pc-q35-7.2",
      generation: 7, observedGeneration: 6, isProtected: false)
  }

  static var status: OperationStatus {
    var status = OperationStatus(
      id: "\(uuid).7", domain: "web-1", verb: "reconcile", state: .pending, summary: "accepted")
    status.generation = 7
    return status
  }

  /// Asks a daemon that answers once; returns what it was asked.
  private func asked<Value: Equatable>(
    _ answer: String, _ expected: Value, _ call: (RemoteControl) async throws -> Value
  ) async throws -> ScriptedServer.Asked {
    let server = try ScriptedServer(answer)
    defer { server.stop() }
    #expect(try await call(RemoteControl(socket: server.path)) == expected)
    return try #require(server.asked.first)
  }

  private func items(_ value: some Encodable) throws -> String { "{\"items\":[\(try Answer.text(value))]}" }

  @Test("looks ask for their route, and read its document")
  func looks() async throws {
    let plan = PlanDocument(domain: Self.name, generation: 7)
    let request = ReconcileRequest(documents: [IntentSource(name: "a", bytes: [123, 125])], removals: ["data"])
    let planned = try await asked(Answer.json(items(plan)), [plan]) { try await $0.plan(request) }
    #expect(planned.line == "POST /v1/plan HTTP/1.1")
    #expect(planned.fields["content-type"] == "application/json" && planned.fields["connection"] == "close")
    #expect(try JSONDecoder().decode(ReconcileRequest.self, from: Data(planned.body.utf8)).removals == ["data"])

    let adoption = AdoptionDocument(document: "kind: Domain\n", plan: plan, withoutID: 2)
    #expect(
      try await asked(Answer.value(adoption), adoption) { try await $0.adoption(of: "a b/ü") }.line
        == "GET /v1/domains/a%20b%2F%C3%BC/adoption HTTP/1.1")
    let differences = DifferenceDocument(domain: Self.name, generation: 7, sides: [.live])
    #expect(
      try await asked(Answer.value(differences), differences) { try await $0.differences(of: "web-1") }.line
        == "GET /v1/domains/web-1/differences HTTP/1.1")
    let provenance = ProvenanceDocument(domain: Self.name, generation: 7)
    #expect(
      try await asked(Answer.value(provenance), provenance) { try await $0.provenance(of: "web-1") }.line
        == "GET /v1/domains/web-1/provenance HTTP/1.1")
    let queried = try await asked(Answer.json(items(Self.report)), [Self.report]) {
      try await $0.domains(["web-1", "b"])
    }
    #expect(queried.line == "POST /v1/domains/query HTTP/1.1" && queried.body == "{\"names\":[\"web-1\",\"b\"]}")
    let listing = DomainListing(items: [.init(name: "web-1", uuid: Self.uuid, state: "running", isManaged: false)])
    let query = DomainQuery(labels: ["tier": "web", "spot": ""], isManaged: false, after: "v&1", limit: 5)
    #expect(
      try await asked(Answer.value(listing), listing) { try await $0.list(query) }.line
        == "GET /v1/domains?label=spot&label=tier%3Dweb&managed=false&limit=5&after=v%261 HTTP/1.1")
  }

  @Test("definitions and documents come byte for byte (I4)")
  func bytes() async throws {
    let xml = "<domain>\r\n \u{fffd}</domain>"
    let answer = Answer.json(xml, type: "application/xml")
    #expect(
      try await asked(answer, XMLText(xml)) { try await $0.xml(XMLRequest(domain: "a", side: nil)) }.line
        == "GET /v1/domains/a/xml HTTP/1.1")
    let asked = try await asked(answer, XMLText(xml)) {
      try await $0.devicesXML(XMLRequest(domain: "a", side: .live, revision: 0), kind: "disk")
    }
    #expect(asked.line == "GET /v1/domains/a/devices.xml?side=live&revision=0&kind=disk HTTP/1.1")
    #expect(asked.fields["accept"]?.hasPrefix("application/xml") == true)
    let source = IntentSource(name: "a", bytes: Array("kind: Domain\n".utf8))
    #expect(
      try await self.asked(Answer.json("kind: Domain\n", type: "application/yaml"), source) {
        try await $0.document(of: "a", generation: 3)
      }.line == "GET /v1/domains/a/intent?generation=3 HTTP/1.1")
  }

  @Test("history is one route for operations and revisions")
  func history() async throws {
    let operation = OperationReport(id: 4, domain: "a", verb: "start", outcome: .asWanted, summary: "started")
    let revision = RevisionDocument(
      side: .live, number: 2, digest: "ab", recordedAt: 5, origin: "ours", operation: 4, libvirt: "9.0.0",
      hypervisor: "7.2.0")
    let answer = Answer.json(
      "{\"kind\":\"History\",\"operations\":[\(try Answer.text(operation))],"
        + "\"revisions\":[\(try Answer.text(revision))]}")
    let line = "GET /v1/domains/a/history?limit=3 HTTP/1.1"
    #expect(try await asked(answer, [operation]) { try await $0.history(of: "a", limit: 3) }.line == line)
    #expect(try await asked(answer, [revision]) { try await $0.revisions(of: "a", limit: 3) }.line == line)
  }

  @Test("a document is put with what was expected of its domain, and its receipt has the generation (R16)")
  func submit() async throws {
    func put(_ expecting: IntentSubmission.Expectation?, _ text: String, _ fields: String) async throws
      -> (ScriptedServer.Asked, IntentReceipt)
    {
      let server = try ScriptedServer(Answer.value(Self.status, status: "202 Accepted", fields))
      defer { server.stop() }
      let receipt = try await RemoteControl(socket: server.path).submit(
        IntentSubmission(
          domain: "web-1", source: IntentSource(name: "f", bytes: Array(text.utf8)), expecting: expecting,
          idempotencyKey: "k\r\nx: y", requester: .operator))
      return (try #require(server.asked.first), receipt)
    }
    let (first, receipt) = try await put(.generation(6), "kind: Domain\n", "etag: \"8\"\r\n")
    #expect(first.line == "PUT /v1/domains/web-1/intent HTTP/1.1" && first.body == "kind: Domain\n")
    #expect(first.fields["if-match"] == "\"6\"" && first.fields["content-type"] == "application/yaml")
    // A line end in a value begins no field.
    #expect(first.fields["idempotency-key"] == "kx: y" && first.fields["x"] == nil)
    #expect(receipt.generation == 8 && !receipt.isUnchanged && receipt.operation == Self.status)
    let (second, same) = try await put(IntentSubmission.Expectation.absent, " {}", "vmctl-unchanged: true\r\n")
    #expect(second.fields["if-none-match"] == "*" && second.fields["if-match"] == nil)
    #expect(second.fields["content-type"] == "application/json" && same.isUnchanged && same.generation == 7)
    #expect(try await put(.present, "{}", "").0.fields["if-match"] == "*")
    let (none, _) = try await put(nil, "{}", "")
    #expect(none.fields["if-match"] == nil && none.fields["if-none-match"] == nil)
  }

  @Test("each verb has its route", arguments: VerbRequest.Verb.allCases)
  func verbs(_ verb: VerbRequest.Verb) async throws {
    var request = VerbRequest(verb, domain: "web-1", device: "data", timeout: 30_000, force: true, ifPending: true)
    request.remains.nvram = .delete
    request.remains.snapshots = .keep
    request.size = 4_096
    request.secret = Secret("canary \"1\"")
    let begun = request
    let asked = try await asked(Answer.value(Self.status, status: "202 Accepted"), Self.status) {
      try await $0.begin(begun, idempotencyKey: "k")
    }
    #expect(asked.fields["idempotency-key"] == "k")
    switch verb {
    case .delete:
      let query = "nvram=delete&snapshots=keep&force=true&timeout=30000ms"
      #expect(asked.line == "DELETE /v1/domains/web-1?\(query) HTTP/1.1" && asked.body.isEmpty)
    case .password:
      #expect(asked.line == "POST /v1/domains/web-1/password HTTP/1.1")
      #expect(asked.body == #"{"password":"canary \"1\"","screen":"data"}"#)
    default:
      #expect(asked.line == "POST /v1/domains/web-1/\(verb.rawValue) HTTP/1.1")
      #expect(asked.body == #"{"device":"data","force":true,"ifPending":true,"size":4096,"timeout":"30000ms"}"#)
    }
  }

  @Test("I8: a password is in the body of its call and nowhere else of it")
  func secret() async throws {
    var request = VerbRequest(.password, domain: "web-1", device: "vnc")
    request.secret = Secret("canary")
    let server = try ScriptedServer([
      [.send(Answer.chunked("application/x-ndjson") + Answer.end)]
    ])
    defer { server.stop() }
    for await _ in try await RemoteControl(socket: server.path).perform(request) {}
    let asked = try #require(server.asked.first)
    #expect(asked.line == "POST /v1/perform HTTP/1.1")
    let body = try #require(JSONSerialization.jsonObject(with: Data(asked.body.utf8)) as? [String: Any])
    #expect(body["secret"] as? String == "canary" && body["verb"] as? String == "password")
    #expect(!"\(asked.fields)\(asked.line)".contains("canary"))
  }

  @Test("an operation is waited for by the daemon")
  func operation() async throws {
    let answer = try Answer.value(Self.status)
    #expect(
      try await asked(answer, Self.status) { try await $0.operation("12", wait: 30_000) }.line
        == "GET /v1/operations/12?wait=30000ms HTTP/1.1")
    #expect(
      try await asked(answer, Self.status) { try await $0.operation("12", wait: 0) }.line
        == "GET /v1/operations/12 HTTP/1.1")
  }

  @Test("host and guests: what is offered, checked, written down and compared")
  func hostABI() async throws {
    let capture = HostCapture(
      uri: "test:///default", hostname: "canary", host: Self.uuid, libvirt: Version(11, 3), hypervisor: Version(10, 0),
      capturedAt: 0, capabilities: "<capabilities/>")
    let captured = try await asked(Answer.value(capture), capture) { try await $0.capture(machines: ["q35"]) }
    #expect(captured.line == "POST /v1/abi/capture HTTP/1.1" && captured.body == "{\"machines\":[\"q35\"]}")
    let check = HostCheckReport(host: .init(name: "canary", libvirt: nil, hypervisor: nil), from: nil)
    let checked = try await asked(Answer.value(check), check) {
      try await $0.check(HostCheckRequest(host: [.uri("qemu:///system")]))
    }
    #expect(checked.line == "POST /v1/abi/check HTTP/1.1" && checked.body.contains("qemu:///system"))
    let snapshot = HostSnapshot(
      hostname: "here", host: Self.uuid, libvirt: Version(9, 0), hypervisor: Version(7, 2), takenAt: 0)
    #expect(
      try await asked(Answer.value(snapshot), snapshot) { try await $0.snapshot() }.line
        == "GET /v1/abi/snapshot HTTP/1.1")
    let verification = HostVerification(
      takenAt: 0, before: .init(name: "here", libvirt: Version(9, 0), hypervisor: Version(7, 2)),
      now: .init(name: "here", libvirt: Version(11, 3), hypervisor: Version(10, 0)))
    let verified = try await asked(Answer.value(verification), verification) { try await $0.verify(snapshot) }
    #expect(verified.line == "POST /v1/abi/verify HTTP/1.1" && verified.body.contains("\"hostname\":\"here\""))
    let comparison = ABIReport(verdict: .stable, findings: [])
    let compared = try await asked(Answer.value(comparison), comparison) {
      try await $0.compare(ABICompareRequest(source: "<a/>", target: "<b/>", libvirt: "9.0"))
    }
    #expect(compared.line == "POST /v1/abi/compare HTTP/1.1")
    #expect(compared.body == #"{"libvirt":"9.0","source":"<a/>","target":"<b/>"}"#)
  }

  @Test("looking after the store; a relative file is the caller's")
  func upkeep() async throws {
    let report = ExaminationReport([Finding(.note, "store-rows", "a", "b")])
    let answer = try Answer.value(report)
    #expect(try await asked(answer, report) { try await $0.examination() }.line == "GET /v1/doctor HTTP/1.1")
    #expect(try await asked(answer, report) { try await $0.storeCheck() }.line == "GET /v1/store/check HTTP/1.1")
    #expect(try await asked(answer, report) { try await $0.repairStore() }.line == "POST /v1/store/repair HTTP/1.1")
    let backup = BackupReport(file: "/b", bytes: 1, domains: 2, schema: 3)
    let asked = try await asked(Answer.value(backup), backup) {
      try await $0.backUpStore(to: "b.db", overwriting: true)
    }
    let here = FileManager.default.currentDirectoryPath
    #expect(asked.line == "POST /v1/store/backup HTTP/1.1")
    #expect(asked.body == "{\"file\":\"\(here)/b.db\",\"overwriting\":true}")
    await #expect { try await RemoteControl(socket: "/nowhere").restoreStore(from: "/b") } throws: {
      ($0 as? Problem)?.code == "store-held"
    }
  }

  @Test("readiness is said, and never thrown")
  func readiness() async throws {
    let missing = ReadinessReport(isReady: false, reasons: ["libvirt does not answer"])
    let asked = try await asked(Answer.value(missing, status: "503 Service Unavailable"), missing) {
      await $0.readiness()
    }
    #expect(asked.line == "GET /readyz HTTP/1.1")
    let absent = await RemoteControl(socket: "/nowhere/vmctl.sock").readiness()
    #expect(!absent.isReady && absent.reasons.first?.contains("/nowhere/vmctl.sock") == true)
  }
}
