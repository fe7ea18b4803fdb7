import Control
import Foundation
import Server
import TestSupport
import Testing
import Vocabulary

@Suite("The OpenAPI document")
struct OpenAPITests {
  @Test("Every route is in the served document, and nothing else is")
  func routes() async throws {
    try await RunningServer.run { server in
      let served = try await server.request("GET", "/openapi.json", token: nil)
      let document = try JSONDecoder().decode(JSONValue.self, from: Data(served.body.utf8))
      guard case .object(let top) = document, case .object(let paths)? = top["paths"] else {
        Issue.record("no paths")
        return
      }
      var described: Set<String> = []
      for (path, item) in paths {
        guard case .object(let methods) = item else { continue }
        for method in methods.keys { described.insert("\(method.uppercased()) \(path)") }
      }
      #expect(described == Set(RouteTable().routes.map { "\($0.method) \($0.path)" }))
      // Held against the router itself: each described route is one.
      for route in described {
        let parts = route.split(separator: " ")
        let target = String(parts[1]).replacing("{name}", with: "web").replacing("{id}", with: "3")
        let response = try await server.request(String(parts[0]), target, token: nil)
        #expect(![404, 405].contains(response.status), "\(route)")
      }
    }
  }

  @Test("Its references lead somewhere, and each schema is used")
  func references() throws {
    let text = String(decoding: try JSONEncoder().encode(OpenAPIDocument(RouteTable().routes).json), as: UTF8.self)
    let pattern = /#\\?\/components\\?\/schemas\\?\/([A-Za-z]+)/
    let used = Set(text.matches(of: pattern).map { String($0.output.1) })
    // An event is in the data of a stream, and so is progress.
    #expect(used.union(["Event", "Progress"]) == Set(Schemas.all.map(\.name)))
  }

  @Test("It is OpenAPI 3.1, where a validator is there to say so")
  func valid() async throws {
    let validator = ProcessInfo.processInfo.environment["OPENAPI_VALIDATOR"] ?? "openapi-spec-validator"
    let file = FileManager.default.temporaryDirectory.appending(path: "openapi-\(UUID().uuidString).json")
    try JSONEncoder().encode(OpenAPIDocument(RouteTable().routes).json).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let ended = try await Subprocess.run(validator, [file.path])
    // `env` has not found it.
    if ended.code == 127 { try Test.cancel("\(validator) is not installed") }
    #expect(ended.code == 0, "\(ended.output)")
  }

  static let samples: [(String, any Encodable & Sendable)] = [
    ("DomainList", DomainListing(items: [Sample.item("web", ["team": "a"])], next: "web")),
    ("DomainReport", Sample.report), ("OperationStatus", Sample.status), ("Operation", Sample.operation),
    ("Plan", Sample.plan), ("Adoption", Sample.adoption), ("Differences", Sample.differences),
    ("Provenance", Sample.provenance), ("Revision", Sample.revision), ("Event", Sample.event(3)),
    ("Progress", Sample.finished), ("ABIComparison", Sample.comparison), ("HostCapture", Sample.capture),
    ("HostCheck", Sample.hostCheck), ("HostSnapshot", Sample.snapshot), ("HostVerification", Sample.verification),
    ("Examination", Sample.examination), ("Backup", Sample.backup),
    ("Readiness", ReadinessReport(isReady: true, reasons: ["none"])), ("Fault", Sample.problem),
    (
      "ReconcileRequest",
      ReconcileRequest(
        domains: ["web"],
        documents: [IntentSource(name: "a", bytes: [97]), IntentSource(name: "b", bytes: [0xff])],
        removals: ["data"])
    ),
    (
      "HostCheckRequest",
      HostCheckRequest(
        domains: ["web"], host: [.text(name: "a", bytes: [97]), .uri("qemu:///system")],
        from: [.text(name: "b", bytes: [0xff])])
    ),
    ("ABICompareRequest", ABICompareRequest(source: "a", target: "b", libvirt: "9.0")),
    ("VerbRequest", OpenAPITests.verb),
  ]

  private static let verb: VerbRequest = {
    var request = VerbRequest(
      .delete, domain: "web", device: "data",
      remains: VerbRequest.Remains(nvram: .keep, tpm: .keep, savedImage: .keep, snapshots: .delete))
    request.size = 4096
    return request
  }()

  @Test("Each document is as its schema says, field for field, in both directions", arguments: samples.indices)
  func schemas(index: Int) throws {
    let (name, sample) = OpenAPITests.samples[index]
    let value = try JSONDecoder().decode(JSONValue.self, from: try JSONEncoder().encode(sample))
    try Schema.reference(name).check(value)
    // A sample has every field there is: one that the schema has beside them is of nothing.
    let missing = OpenAPITests.missing(.reference(name), value, name)
    #expect(missing.filter { !["VerbRequest.secret"].contains($0) } == [])
  }

  /// Fields that the schema names and the value has nowhere.
  private static func missing(_ schema: Schema, _ value: JSONValue, _ path: String) -> [String] {
    switch (schema, value) {
    case (.reference(let name), _):
      // One of several forms has the fields of one only, and a problem in a report is shown whole elsewhere.
      guard !["Slot", "GivenDocument", "HostSource"].contains(name) else { return [] }
      return Schemas.all.first { $0.name == name }.map { missing($0.schema, value, path) } ?? ["no \(name)"]
    case (.array(let element), .array(let values)):
      let each = values.map { Set(missing(element, $0, path)) }
      guard var all = each.first else { return ["\(path) is empty"] }
      for one in each { all.formIntersection(one) }
      return all.sorted()
    case (.map(let element), .object(let object)): return object.values.flatMap { missing(element, $0, path) }
    case (.object(let fields), .object(let object)):
      return fields.flatMap { field in
        object[field.name].map { missing(field.schema, $0, "\(path).\(field.name)") } ?? ["\(path).\(field.name)"]
      }
    default: return []
    }
  }

  @Test(
    "What a schema refuses, it names",
    arguments: [
      (#"{"timeout":"3"}"#, "$.timeout"), (#"{"size":0}"#, "$.size"), (#"{"force":"yes"}"#, "$.force"),
      (#"{"x":1}"#, "$"), (#"{"removals":["a",1]}"#, "$.removals[1]"), ("[]", "$"), (#"{"size":1.5}"#, "$.size"),
    ])
  func refusals(text: String, path: String) throws {
    let value = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
    let problem = try #require(throws: Problem.self) { try Schema.reference("VerbBody").check(value) }
    #expect(problem.path == path)
  }

  @Test("The pattern that is published and the check that is made are one")
  func forms() throws {
    let texts = [
      "", "a", "web-1", "A.b_c", "-a", ".a", "a b", "é", "a\n", "\"7\"", "\"\"", "*", "W/\"7\"", "30s", "500ms", "5m",
      "1h",
      "s", "30", "1234567s", "3d", "k=v", "k=", "=v", "k=v=w", "k", "9.0", "9.0.0", "9", "9.0.0.0", "1234.5",
      Sample.uuid.description, Sample.uuid.description.uppercased() + "A", Sample.digest, "sha256:00",
      String(repeating: "a", count: 63), String(repeating: "a", count: 64), String(repeating: "a", count: 129), "a\0b",
      "\"1234567890123456789\"", "abc-7", "12.5", "a/b", "a:b", "~", "1000000.1", "7.1234",
    ]
    for form in TextForm.allCases {
      let pattern = try Regex(form.pattern)
      for text in texts {
        #expect(form.accepts(text) == (try pattern.wholeMatch(in: text) != nil), "\(form) \(text.debugDescription)")
      }
    }
  }
}
