import Commands
import Digests
import Foundation
import OperatorFiles
import Testing
import Vocabulary

@Suite struct TokenTests {
  @Test func `a new token is printed once, and its hash is kept (E6, I8)`() async throws {
    let folder = try Folder([:])
    let file = folder("tokens.yaml")
    let ran = await Surroundings().run(
      "token", "new", "--name", "ci", "--scope", "reconcile", "--scope", "read", "--domain", "web-*", "--label", "a=b",
      "--expires", "90d", "--file", file)
    #expect(ran.status == 0 && ran.talk.isEmpty)
    let token = String(ran.output.dropLast())
    #expect(token.hasPrefix("vmctl_") && ran.output.hasSuffix("\n"))
    let record = try #require(try TokenFile(path: file).read().records.first)
    #expect(record.digest.hexadecimal == Digest(of: token).hexadecimal)
    #expect(record.scopes == ["read", "reconcile"] && record.names == ["web-*"] && record.labels == ["a": "b"])
    #expect(record.expires != nil)
    let listed = await Surroundings().run("token", "list", "--file", file, "-o", "json")
    #expect(listed.status == 0 && listed.output.contains("\"ci\""))
    #expect(!listed.output.contains(token) && !listed.output.contains(record.digest.hexadecimal))
    #expect(await Surroundings().run("token", "list", "--file", file).output.contains("ci  read,reconcile  web-* a=b"))
    #expect(await Surroundings().run("token", "revoke", "ci", "--file", file).status == 0)
    #expect(try TokenFile(path: file).read().records.isEmpty)
    #expect(await Surroundings().run("token", "revoke", "ci", "--file", file).status == 1)
  }

  @Test(arguments: [
    ["--name", "c i", "--scope", "read"], ["--name", "ci", "--scope", "raed"], ["--name", "ci"],
    ["--name", "ci", "--scope", "read", "--expires", "soon"],
    ["--name", "ci", "--scope", "read", "--expires", "2001-01-01T00:00:00Z"],
    ["--name", "ci", "--scope", "read", "--label", "a"],
  ]) func `what is no valid token is refused, and nothing is written`(_ arguments: [String]) async throws {
    let folder = try Folder([:])
    let ran = await Surroundings().run(["token", "new", "--file", folder("t")] + arguments)
    #expect(ran.status == 64 && ran.output.isEmpty)
    #expect(!FileManager.default.fileExists(atPath: folder("t")))
  }
}
