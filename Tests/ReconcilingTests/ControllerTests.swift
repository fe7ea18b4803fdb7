import Control
import Intent
import Reconciling
import TestSupport
import Testing
import Vocabulary

private typealias W = Workbench

/// E9 and E13: a domain that runs who controls the host is neither stopped nor removed nor cut off through the API, and
/// is marked in listings.
@Suite struct ControllerTests {
  private static let admission = Admission(policy: DocumentPolicy(allowsNetworkDisks: true))
  private static let devices = [
    W.root, "{id: data, disk: {file: /srv/a, format: raw, bus: virtio, target: vdb}}", W.card("lan"), W.rng("entropy"),
    "{id: console, reference: {serial: 0}}",
  ]

  private static func document(_ devices: [String]?, role: Bool = true, power: String = "running", more: String = "")
    throws -> IntentDocument
  {
    var text = W.document(devices ?? [], power: power, more: (role ? "  role: controller\n" : "") + more)
    if devices == nil { text = text.replacing("  devices:\n    []", with: "") }
    return try #require(try IntentParser.parse([.init(name: "a", bytes: Array(text.utf8))]).first)
  }

  private static let admin = Requester(name: "token:admin", trust: .full)

  private static func refusal(of document: IntentDocument, by requester: Requester = admin) throws -> Problem? {
    let current = try Self.document(devices)
    do {
      try admission.check(document, of: requester, replacing: current)
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: VerbRequest.Verb.allCases)
  func `verbs that would end it are refused to everybody on the API, also to an admin`(_ verb: VerbRequest.Verb) throws
  {
    let current = try Self.document(Self.devices)
    let ends: Set<VerbRequest.Verb> = [.stop, .restart, .delete, .forget, .eject]
    let request = VerbRequest(verb, domain: "web-1", force: true, requester: Self.admin)
    if ends.contains(verb) {
      let problem = try #require(throws: Problem.self) { try Self.admission.check(request, on: current) }
      #expect(problem.code == "controller-domain" && problem.code.outcome == .refused)
      #expect(problem.domain == "web-1" && problem.message.contains(verb.rawValue))
      #expect(problem.remedy?.contains("by hand") == true)
    } else {
      try Self.admission.check(request, on: current)
    }
    // By hand, and on every other domain.
    try Self.admission.check(VerbRequest(verb, domain: "web-1"), on: current)
    try Self.admission.check(request, on: try Self.document(Self.devices, role: false))
    try Self.admission.check(request, on: nil)
  }

  struct Change: Sendable, CustomTestStringConvertible {
    let what: String
    let devices: [String]
    var role = true
    var power = "running"
    var more = ""
    let named: String?
    var testDescription: String { what }
  }

  private static func with(_ index: Int, _ device: String?) -> [String] {
    var devices = devices
    if let device { devices[index] = device } else { devices.remove(at: index) }
    return devices
  }

  static let changes = [
    Change(what: "nothing", devices: devices, named: nil),
    Change(what: "a device more", devices: devices + [W.rng("more")], named: nil),
    Change(what: "its entropy goes", devices: with(3, nil), named: nil),
    Change(what: "a borrowed device is let go", devices: with(4, nil), named: nil),
    Change(
      what: "a card is renamed", devices: with(2, "{id: net, was: lan, interface: {network: default}}"), named: nil),
    Change(what: "the role", devices: devices, role: false, named: "its role"),
    Change(what: "power", devices: devices, power: "stopped", named: "stopping"),
    Change(what: "a disk", devices: with(1, nil), named: "'data'"),
    Change(what: "its card", devices: with(2, nil), named: "'lan'"),
    Change(what: "everything", devices: [], named: "'root'"),
    Change(what: "what is unlisted", devices: devices, more: "  unlisted: remove\n", named: "does not name"),
    Change(
      what: "a disk on one side",
      devices: with(1, "{id: data, sides: persistent, disk: {file: /srv/a, format: raw, bus: virtio, target: vdb}}"),
      named: "live side"),
    Change(
      what: "another image",
      devices: with(1, "{id: data, disk: {file: /srv/b, format: raw, bus: virtio, target: vdb}}"),
      named: "another source"),
    Change(
      what: "another bus",
      devices: with(1, "{id: data, replace: allowed, disk: {file: /srv/a, format: raw, bus: scsi, target: vdb}}"),
      named: "replacing"),
    Change(
      what: "another network", devices: with(2, "{id: lan, interface: {network: other}}"), named: "another source"),
    Change(
      what: "the cable", devices: with(2, "{id: lan, interface: {network: default, link: down}}"), named: "the cable"),
    Change(what: "a disk that becomes something else", devices: with(1, W.rng("data")), named: "replacing"),
  ]

  @Test(arguments: changes) func `documents that would cut it off are refused, and what is meant is named`(
    _ change: Change
  ) throws {
    let document = try Self.document(change.devices, role: change.role, power: change.power, more: change.more)
    let problem = try Self.refusal(of: document)
    #expect((problem == nil) == (change.named == nil), "\(String(describing: problem))")
    if let named = change.named { #expect(problem?.message.contains(named) == true, "\(String(describing: problem))") }
    #expect(problem?.code ?? "controller-domain" == "controller-domain")
    #expect(try Self.refusal(of: document, by: .operator) == nil)
  }

  @Test func `a document that states no devices takes none away`() throws {
    #expect(try Self.refusal(of: try Self.document(nil)) == nil)
  }

  @Test func `anybody may set the role, and it is in every listing`() async throws {
    let bench = try Workbench()
    let plain = W.document([W.root])
    #expect(try await bench.reconcile(plain).outcome == .asWanted)
    #expect(try await bench.report().role == nil)
    let marked = W.document([W.root], more: "  role: controller")
      .replacing("metadata: {name: web-1}", with: "metadata: {name: web-1, labels: {tier: control}}")
    #expect(try await bench.reconcile(marked).outcome == .asWanted)
    let report = try await bench.report()
    #expect(report.role == "controller" && report.labels == ["tier": "control"])
  }
}
