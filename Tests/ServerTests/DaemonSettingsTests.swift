import Daemon
import Foundation
import Logging
import Server
import Testing
import Vocabulary

@Suite("The daemon's configuration")
struct DaemonSettingsTests {
  private func read(
    _ text: String? = nil, _ environment: [String: String] = [:], flags: [String: String] = [:]
  ) throws -> DaemonSettings {
    let folder = try TemporaryFolder()
    let file = try text.map { try folder.write("c.yaml", $0) }
    return try SettingsReader(environment: environment, isRoot: true) { _ in false }.settings(file: file, flags: flags)
  }

  @Test("flags win over variables, variables over the file, the file over the defaults")
  func precedence() throws {
    let text = "resync: 20s\nparallel: 2\nlimits: {rate: 5, burst: 6}\nlog: {level: debug}\n"
    #expect(try read().resync == 30_000)
    let settings = try read(text, ["VMCTLD_PARALLEL": "3", "VMCTLD_LIMITS_RATE": "7"], flags: ["limits.rate": "9"])
    #expect(settings.resync == 20_000)
    #expect(settings.parallel == 3)
    #expect(settings.rate == RateLimiter.Rate(perSecond: 9, burst: 6))
    #expect(settings.log.level == .debug)
  }

  @Test("every fault of a file is told, with line, column, key and the nearest known one")
  func faults() throws {
    let text = """
      resink: 30s
      limits:
        bodybytes: 5
        connections: many
      peers:
        - {user: a, group: b, scopes: [read]}
        - {uid: 5, scopes: [reed]}
      """
    let problem = try #require(throws: Problem.self) { try read(text) }
    #expect(problem.code == "usage")
    for part in [
      "c.yaml:1:1: unknown key 'resink' (did you mean 'resync'?)",
      "c.yaml:3:3: unknown key 'bodybytes' (did you mean 'bodyBytes'?)", "c.yaml:4:16: not a valid value",
      "c.yaml:6:5: a row is of one user or group", "c.yaml:7:23: not a valid value",
    ] {
      #expect(problem.message.contains(part), "\(part) in \(problem.message)")
    }
  }

  @Test(
    "what is no configuration is refused by its place",
    arguments: [
      ("a: [", "c.yaml:"), ("- a", "c.yaml:1:1"), ("log: {level: info}\nlog: {level: debug}", "c.yaml"),
      ("store: &a b\nconnect: *a", "c.yaml:1:8"), ("--- {}\n--- {}", "more than one document"),
    ])
  func malformed(text: String, place: String) throws {
    let problem = try #require(throws: Problem.self) { try read(text) }
    #expect("\(problem)".contains(place))
    #expect(problem.code == "usage")
  }

  @Test("a variable that is not known, and a value that is not valid, are errors")
  func variables() throws {
    let problem = try #require(throws: Problem.self) {
      try read(nil, ["VMCTLD_RESINC": "1s", "VMCTLD_LOG_LEVEL": "loud"])
    }
    #expect(problem.message.contains("did you mean VMCTLD_RESYNC?"))
    #expect(problem.message.contains("VMCTLD_LOG_LEVEL is not a valid value"))
  }

  @Test("the example says the defaults, key by key")
  func example() throws {
    let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Examples/vmctld.yaml")
    let bytes = try Data(contentsOf: path)
    let defaults = try read()
    #expect(try SettingsReader.apply(Array(bytes), source: "vmctld.yaml", to: defaults) == defaults)
    // And over other values it brings every default back: no key is missing in it.
    var other = try read(
      """
      resync: 1s
      parallel: 9
      policy: {roots: [/srv], formats: [vmdk]}
      limits:
        {rate: 1, burst: 1, bodyBytes: 2048, headerBytes: 2048, jsonDepth: 9, bodyTimeout: 1s, headerTimeout: 1s,
         idleTimeout: 2s, writeTimeout: 1s, heartbeat: 1s, longestWait: 1s, connections: 1, eventSubscribers: 1,
         eventBuffer: 1}
      audit: {required: true}
      certificates: [{dns: a, scopes: [read]}]
      peers: []
      log: {level: error, format: json}
      listen: {allowPlainLoopback: true}
      tokens: /nowhere
      store: /nowhere
      socket: {path: /nowhere}
      """)
    other = try SettingsReader.apply(Array(bytes), source: "vmctld.yaml", to: other)
    #expect(other == defaults)
  }

  @Test("what is printed reads as the same configuration")
  func printed() throws {
    let settings = try read(
      """
      connect: "qemu+ssh://me@host/system"
      listen: {address: "[::1]:8443", certificate: /c d.pem, key: /k.pem, clientCA: /ca.pem}
      certificates: [{uri: "spiffe://a/*", scopes: [admin, read], domains: {names: ["a-*"], labels: {x: "y z"}}}]
      peers: [{user: jo, scopes: []}, {group: "null", scopes: [protect]}]
      limits: {idleTimeout: 1500ms}
      """)
    let defaults = try read()
    #expect(try SettingsReader.apply(Array(settings.text.utf8), source: "printed", to: defaults) == settings)
  }

  @Test("a password in a URI is not printed (I8)")
  func password() throws {
    let settings = try read("connect: \"esx://me:canary@host/\"")
    #expect(!settings.text.contains("canary") && settings.text.contains("esx://me@host/"))
  }

  @Test("root has the system's places, others their own")
  func places() throws {
    let reader = SettingsReader(
      environment: ["HOME": "/home/jo", "XDG_RUNTIME_DIR": "/run/user/7"], isRoot: false
    ) { _ in true }
    let own = try reader.settings(file: nil)
    #expect(own.store == "/home/jo/.local/state/vmctl/vmctl.db")
    #expect(own.socketPath == "/run/user/7/vmctl/vmctl.sock")
    #expect(own.socketGroup == nil && own.tokens == nil)
    let root = try SettingsReader(environment: [:], isRoot: true) { $0 == "vmctl" }.settings(file: nil)
    #expect(root.socketPath == "/run/vmctl/vmctl.sock" && root.socketGroup == "vmctl")
  }
}
