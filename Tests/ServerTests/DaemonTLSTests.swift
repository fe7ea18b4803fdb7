import Control
import Daemon
import Foundation
import OperatorFiles
import Server
import TestSupport
import Testing
import Vocabulary

@Suite("TLS", .timeLimit(.minutes(5)))
struct DaemonTLSTests {
  private func run(
    _ program: String, _ arguments: [String], in folder: TemporaryFolder
  ) async throws -> Subprocess.Ended {
    try await Subprocess.run(program, arguments, in: folder.path)
  }

  /// A key and a certificate signed by `authority`, or by itself.
  private func issue(_ name: String, _ alternative: String, by authority: String?, in folder: TemporaryFolder)
    async throws
  {
    var arguments = [
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
      "/CN=\(name)", "-keyout", "\(name).key", "-out", "\(name).pem",
    ]
    if !alternative.isEmpty { arguments += ["-addext", "subjectAltName=\(alternative)"] }
    if let authority {
      arguments += ["-CA", "\(authority).pem", "-CAkey", "\(authority).key", "-addext", "basicConstraints=CA:FALSE"]
    }
    let ran = try await run("openssl", arguments, in: folder)
    #expect(ran.code == 0, "openssl made \(name)")
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: folder.file("\(name).key"))
  }

  private func certificates(in folder: TemporaryFolder) async throws {
    try await issue("ca", "", by: nil, in: folder)
    try await issue("other", "", by: nil, in: folder)
    try await issue("server", "IP:127.0.0.1", by: "ca", in: folder)
    try await issue("controller", "URI:spiffe://test/controller", by: "ca", in: folder)
    try await issue("stranger", "URI:spiffe://test/controller", by: "other", in: folder)
    try await issue("unlisted", "DNS:unlisted.test", by: "ca", in: folder)
  }

  /// The status, or 0 where there was no answer.
  private func curl(_ daemon: RunningDaemon, _ port: Int, _ arguments: String...) async throws -> Int {
    let fixed = ["-s", "-o", "/dev/null", "-m", "15", "-w", "%{http_code}", "--cacert", "ca.pem"]
    let ran = try await run(
      "curl", fixed + arguments + ["https://127.0.0.1:\(port)/v1/domains"], in: daemon.folder)
    return Int(ran.output) ?? 0
  }

  private func port() -> Int { Int.random(in: 20_000...32_000) }

  private func listen(_ settings: inout DaemonSettings, _ folder: TemporaryFolder, _ port: Int) {
    settings.listen.address = "127.0.0.1:\(port)"
    settings.listen.certificate = folder.file("server.pem")
    settings.listen.key = folder.file("server.key")
    settings.listen.clientCA = folder.file("ca.pem")
    settings.certificates = [CertificateRule(.uri, "spiffe://test/*", scopes: [.read])]
  }

  @Test(
    "a client is known by his certificate or his token, and one whose certificate is not believed gets no answer (E6)")
  func clients() async throws {
    let folder = try TemporaryFolder()
    try await certificates(in: folder)
    let port = port()
    let token = NewToken()
    try TokenFile(path: folder.file("tokens")).add(
      TokenRecord(name: "ci", digest: token.digest, scopes: ["read"], expires: nil))
    try await RunningDaemon.run(settings: { settings, folder in listen(&settings, folder, port) }, folder: folder) {
      daemon in
      try await eventually("TCP is served") { try await curl(daemon, port) == 401 }
      #expect(try await curl(daemon, port, "--cert", "controller.pem", "--key", "controller.key") == 200)
      #expect(try await curl(daemon, port, "-H", "Authorization: Bearer \(token.text)") == 200)
      #expect(try await curl(daemon, port, "-H", "Authorization: Bearer wrong") == 401)
      #expect(
        try await curl(
          daemon, port, "--cert", "controller.pem", "--key", "controller.key", "-H", "Authorization: Bearer wrong")
          == 401, "a wrong token does not fall back to the certificate")
      #expect(try await curl(daemon, port, "--cert", "stranger.pem", "--key", "stranger.key") == 0)
      #expect(try await curl(daemon, port, "--cert", "unlisted.pem", "--key", "unlisted.key") == 401)
      #expect(try await curl(daemon, port, "-H", "X-Remote-User: root", "-H", "X-Forwarded-User: root") == 401)
      #expect(try await curl(daemon, port, "--tlsv1.1", "--tls-max", "1.1") == 0)
    }
  }

  @Test("without tokens a client without a certificate does not get past the handshake (E6)")
  func required() async throws {
    let folder = try TemporaryFolder()
    try await certificates(in: folder)
    let port = port()
    try await RunningDaemon.run(
      settings: { settings, folder in
        listen(&settings, folder, port)
        settings.tokens = nil
      }, folder: folder
    ) { daemon in
      try await eventually("TCP is served") {
        try await curl(daemon, port, "--cert", "controller.pem", "--key", "controller.key") == 200
      }
      #expect(try await curl(daemon, port) == 0)
    }
  }

  @Test("a new certificate is shown from the reload on, and a broken one is not (E13)")
  func reload() async throws {
    let folder = try TemporaryFolder()
    try await certificates(in: folder)
    let port = port()
    try await RunningDaemon.run(settings: { settings, folder in listen(&settings, folder, port) }, folder: folder) {
      daemon in
      let with = ["--cert", "controller.pem", "--key", "controller.key"]
      try await eventually("TCP is served") { try await curl(daemon, port, with[0], with[1], with[2], with[3]) == 200 }
      // What the configuration says holds from a reload on.
      let row = "certificates: [{uri: \"spiffe://test/*\", scopes: [read]}]\n"
      try daemon.folder.write("config", try daemon.folder.read("config") + row)
      try daemon.folder.write("server.pem", "no certificate")
      await daemon.reloader.reload()
      #expect(try await curl(daemon, port, with[0], with[1], with[2], with[3]) == 200)
      #expect(daemon.log.text.contains("the TLS certificate cannot be read anew"))
      // One that this client does not believe: that it is shown can be told by the refusal.
      try await issue("server", "IP:127.0.0.1", by: "other", in: folder)
      await daemon.reloader.reload()
      #expect(try await curl(daemon, port, with[0], with[1], with[2], with[3]) == 0)
    }
  }
}
