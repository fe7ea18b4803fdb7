import Daemon
import Foundation
import Testing
import Vocabulary

@Suite("vmctld from its arguments to its exit code")
struct DaemonProgramTests {
  private func run(
    _ arguments: [String], _ environment: [String: String] = ["HOME": "/nowhere"], engine: FakeEngine? = nil
  ) async -> (code: Int32, output: String, talk: String) {
    let (output, talk) = (Lines(), Lines())
    let program = DaemonProgram(
      environment: environment, isRoot: false, output: output.add, talk: talk.add,
      serving: Assembly.serving(metrics: { "" })
    ) { _, _ in engine ?? FakeEngine(refusal: Problem("error", "not to be begun")) }
    return (await program.run(arguments), output.text, talk.text)
  }

  @Test("--check-config prints what holds and begins nothing")
  func check() async throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("c.yaml", "resync: 20s\naudit: {file: \(folder.file("audit"))}\n")
    let ran = await run(["--check-config", "--config", file, "--parallel", "2", "--store", "/s/db"])
    #expect(ran.code == 0 && ran.talk.isEmpty)
    for line in ["resync: 20s\n", "parallel: 2\n", "store: /s/db\n", "  - {who: daemon, scopes: ["] {
      #expect(ran.output.contains(line), "\(line)")
    }
    #expect(!FileManager.default.fileExists(atPath: folder.file("audit")))
  }

  @Test("a configuration that is wrong is told by its place: 64")
  func wrong() async throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("c.yaml", "log:\n  levle: info\n")
    let ran = await run(["--config", file])
    #expect(ran.code == 64)
    #expect(ran.talk.contains("\(file):2:3: unknown key 'levle'") && ran.talk.contains("did you mean 'level'?"))
    #expect(await run(["--no-such-flag"]).code == 64)
    #expect(await run(["--config", "/nowhere/c.yaml"]).code == 64)
    #expect(await run(["--help"]).output.contains("--check-config"))
    #expect(await run(["--version"]).output == "vmctld \(BuildVersion.text)\n")
  }

  @Test(
    "TCP without TLS is refused, but on the loopback where that was asked for (E6)",
    arguments: [
      (["--listen", "0.0.0.0:1"], false), (["--listen", "127.0.0.1:1"], false),
      (["--listen", "0.0.0.0:1", "--allow-plain-loopback"], false),
      (["--listen", "127.0.0.1:1", "--allow-plain-loopback"], true),
      (["--listen", "[::1]:1", "--allow-plain-loopback"], true),
      (["--listen", "127.0.0.1:1", "--allow-plain-loopback", "--client-ca", "/nowhere"], false),
    ])
  func plain(arguments: [String], isTaken: Bool) async {
    #expect(await run(["--check-config"] + arguments).code == (isTaken ? 0 : 64))
  }

  @Test("users and groups that the host does not have, and a key that all may read, are refused")
  func rows() async throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("c.yaml", "peers: [{group: no-such-group, scopes: [read]}]\n")
    let ran = await run(["--check-config", "--config", file])
    #expect(ran.code == 64 && ran.talk.contains("no-such-group"))
    let key = try folder.write("key", "", mode: 0o644)
    let open = await run(["--check-config", "--listen", "0.0.0.0:1", "--tls-certificate", key, "--tls-key", key])
    #expect(open.code == 64 && open.talk.contains("is open to others"))
  }

  @Test("a store that somebody holds is told with his name: 13 (E13)")
  func held() async throws {
    let folder = try TemporaryFolder()
    let held = Problem("store-held", "the store is held by vmctld (pid 7)")
    let socket = folder.file("run/s")
    let ran = await run(["--socket", socket], engine: FakeEngine(refusal: held))
    #expect(ran.code == 13 && ran.talk.contains("held by vmctld (pid 7)"))
    #expect(!FileManager.default.fileExists(atPath: folder.file("run")))
  }
}
