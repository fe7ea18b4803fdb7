import Control
import Server
import Testing
import Vocabulary

@Suite("Who may do what over HTTP (A16)", .timeLimit(.minutes(2)))
struct AccessTests {
  @Test("Each route is let through to its own scope and to no other; none implies another")
  func scopes() async throws {
    let routes = Dictionary(uniqueKeysWithValues: RouteTable().routes.map { ($0.operationID, $0) })
    try await RunningServer.run { server in
      for sample in RouteSample.all where sample.operationID != "watchEvents" {
        let access = try #require(routes[sample.operationID]).access
        for scope in Scope.allCases {
          _ = server.control.takeCalls()
          let response = try await server.request(
            sample.method, sample.target, token: scope.rawValue, headers: sample.headers, body: sample.body)
          // The sample of /v1/perform starts a domain.
          let wanted = access == .verb ? [.reconcile] : access.scopes
          if wanted.isEmpty || wanted.contains(scope) {
            #expect(response.status == sample.status, "\(sample.operationID) with \(scope): \(response.body)")
          } else {
            #expect(response.status == 403, "\(sample.operationID) with \(scope)")
            #expect(response["code"] == "forbidden")
            #expect(server.control.takeCalls().isEmpty, "\(sample.operationID) with \(scope)")
          }
        }
        let stranger = try await server.request(
          sample.method, sample.target, token: nil, headers: sample.headers, body: sample.body)
        #expect(stranger.status == (access == .anybody ? sample.status : 401), "\(sample.operationID)")
      }
      #expect(try await server.request("GET", "/v1/events", token: "admin").status == 403)
      #expect(try await server.request("GET", "/v1/events", token: nil).status == 401)
    }
  }

  @Test("/v1/perform asks for the scope that the verb has on its own route")
  func perform() async throws {
    let routes = Dictionary(uniqueKeysWithValues: RouteTable().routes.map { ($0.operationID, $0) })
    try await RunningServer.run { server in
      for verb in VerbRequest.Verb.allCases {
        let own = try #require(routes["\(verb)Domain"]).access
        for scope in Scope.allCases {
          let response = try await server.request(
            "POST", "/v1/perform", token: scope.rawValue, body: #"{"verb":"\#(verb)","domain":"web"}"#)
          #expect(response.status == (own == .scope(scope) ? 200 : 403), "\(verb) with \(scope)")
        }
      }
    }
  }

  @Test("A host named by a URI needs admin: libvirt's URIs can name a program to run")
  func hostURI() async throws {
    try await RunningServer.run { server in
      let body = #"{"host":[{"uri":"qemu+ext:///system?command=/bin/true"}]}"#
      let reader = try await server.request("POST", "/v1/abi/check", token: "read", body: body)
      #expect(reader.status == 403)
      #expect(server.control.takeCalls().isEmpty)
      let admin = try await server.request("POST", "/v1/abi/check", token: "all", body: body)
      #expect(admin.status == 200)
    }
  }

  static let some: [String: Principal] = [
    "names": Principal(name: "n", scopes: Set(Scope.allCases), selector: DomainSelector(names: ["w*"])),
    "labels": Principal(name: "l", scopes: Set(Scope.allCases), selector: DomainSelector(labels: ["team": "a"])),
  ]

  @Test("A selector holds on every domain route, by name and by UUID", arguments: ["names", "labels"])
  func selectors(token: String) async throws {
    let routes = Dictionary(uniqueKeysWithValues: RouteTable().routes.map { ($0.operationID, $0) })
    let db = Sample.item("db", [:], 1).uuid
    try await RunningServer.run(principals: AccessTests.some) { server in
      for sample in RouteSample.all {
        let reach = try #require(routes[sample.operationID]).reach
        func ask(_ target: String) async throws -> Int {
          try await server.request(
            sample.method, target, token: token, headers: sample.headers, body: sample.body
          ).status
        }
        switch reach {
        case .domain:
          #expect(try await ask(sample.target) == sample.status, "\(sample.operationID)")
          for other in ["db", db.description, "gone"] {
            let target = sample.target.replacing("/web", with: "/\(other)", maxReplacements: 1)
            #expect(try await ask(target) == 403, "\(target)")
          }
          let own = sample.target.replacing("/web", with: "/\(Sample.uuid)", maxReplacements: 1)
          #expect(try await ask(own) == sample.status, "\(own)")
        case .host: #expect(try await ask(sample.target) == 403, "\(sample.operationID)")
        case .nothing: #expect(try await ask(sample.target) == sample.status, "\(sample.operationID)")
        case .filtered: break
        }
      }
    }
  }

  @Test(
    "A selector filters listings, and refuses what is of every domain or of another", arguments: ["names", "labels"])
  func filtered(token: String) async throws {
    try await RunningServer.run(principals: AccessTests.some) { server in
      let list = try await server.request("GET", "/v1/domains", token: token)
      #expect(list.body.contains(#""name":"web""#) && !list.body.contains(#""name":"db""#))
      let refused: [(String, String)] = [
        ("/v1/plan", "{}"), ("/v1/plan", #"{"domains":["web"],"all":true}"#),
        ("/v1/plan", #"{"domains":["web","db"]}"#),
        ("/v1/reconcile", #"{"documents":[{"name":"a","text":"x"}]}"#), ("/v1/reconcile", #"{"domains":["db"]}"#),
        ("/v1/perform", #"{"verb":"start","domain":"db"}"#), ("/v1/domains/query", #"{"names":["db"]}"#),
        ("/v1/abi/check", #"{"host":[]}"#), ("/v1/abi/check", #"{"domains":["db"],"host":[]}"#),
      ]
      for (target, body) in refused {
        #expect(try await server.request("POST", target, token: token, body: body).status == 403, "\(target) \(body)")
      }
      #expect(try await server.request("POST", "/v1/plan", token: token, body: #"{"domains":["web"]}"#).status == 200)
      #expect(try await server.request("GET", "/v1/operations/3", token: token).status == 200)
      server.control.setListing(DomainListing(items: [Sample.item("web", ["team": "b"])]))
      #expect(
        try await server.request("GET", "/v1/operations/3", token: token).status == (token == "labels" ? 404 : 200))
    }
  }

  @Test(
    "Patterns of names match whole names, and * any run",
    arguments: [
      ("web-*", "web-1", true), ("web-*", "xweb-1", false), ("*-db", "a-b-db", true), ("a*b*c", "aXbYbZc", true),
      ("a*b*c", "aXbYbZ", false), ("web", "web1", false), ("*", "", true), ("", "a", false),
    ])
  func patterns(pattern: String, name: String, matches: Bool) {
    #expect(DomainSelector(names: [pattern]).permits(name: name) == matches)
  }

  @Test("Each decision is taken down: who, what, which domain, the document's digest, how it ended")
  func audit() async throws {
    try await RunningServer.run { server in
      let put = try await server.request(
        "PUT", "/v1/domains/web/intent?x", token: "read", headers: RouteSample.yaml, body: "a")
      let done = try await server.request("PUT", "/v1/domains/web/intent", headers: RouteSample.yaml, body: "a")
      server.control.fail(with: Problem("gone", "it is gone"))
      _ = try await server.request("POST", "/v1/domains/web/start")
      _ = try await server.request("GET", "/v1/domains", token: nil)
      _ = try await server.request("GET", "/healthz", token: nil)
      let decisions = server.gate.decisions
      #expect(decisions.map(\.outcome) == [.refused, .allowed, .failed, .refused])
      #expect(decisions.map(\.actor) == ["token:read", "token:all", "token:all", nil])
      #expect(decisions.map(\.status) == [403, 202, 410, 401])
      #expect(decisions.map(\.requestID).prefix(2) == [put.headers["x-request-id"], done.headers["x-request-id"]])
      #expect(decisions[0].path == "/v1/domains/web/intent" && decisions[1].domain == "web")
      #expect(
        decisions.map(\.digest) == [
          nil, "sha256:ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb", nil, nil,
        ])
      #expect(decisions[2].scope == .reconcile && decisions[2].method == "POST")
    }
  }

  @Test("Too many requests: 429, and when to come again")
  func rate() async throws {
    try await RunningServer.run { server in
      server.gate.refuse(with: Problem("rate-limited", "too many requests", wanted: "3"))
      let response = try await server.request("GET", "/v1/domains")
      #expect(response.status == 429)
      #expect(response.headers["retry-after"] == "3")
      #expect(server.control.takeCalls().isEmpty)
    }
  }

  @Test("A secret is in no log, no answer and no audit line (I8)")
  func secrets() async throws {
    try await RunningServer.run { server in
      var said = ""
      for body in [
        #"{"password":"CANARY-1"}"#, #"{"password":{"x":"CANARY-1"}}"#, #"{"pasword":"CANARY-1"}"#,
        #"{"password":"CANARY-1""#,
      ] { said += try await server.request("POST", "/v1/domains/web/password", body: body).body }
      said += try await server.request(
        "POST", "/v1/perform", body: #"{"verb":"password","domain":"web","secret":"CANARY-1"}"#
      ).body
      said += try await server.request(
        "POST", "/v1/perform", body: #"{"verb":"CANARY-1","domain":"web","secret":"CANARY-1"}"#
      ).body
      #expect(server.control.secrets == ["CANARY-1", "CANARY-1"])
      #expect(!said.contains("CANARY"))
      #expect(!server.log.text.contains("CANARY"))
      #expect(!"\(server.gate.decisions)".contains("CANARY"))
    }
  }
}
