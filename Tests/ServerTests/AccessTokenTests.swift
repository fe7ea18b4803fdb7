import Digests
import Foundation
import OperatorFiles
import Server
import Synchronization
import Testing
import Vocabulary

@Suite("Tokens")
struct AccessTokenTests {
  private func record(_ name: String, _ token: NewToken, expires: Int64? = nil) -> TokenRecord {
    TokenRecord(
      name: name, digest: token.digest, scopes: ["read", "reconcile"], names: ["web-*"], labels: ["tier": "a"],
      expires: expires)
  }

  @Test("a file of tokens holds their hashes, and never a token (E6, I8)")
  func hashOnly() throws {
    let folder = try TemporaryFolder()
    let file = TokenFile(path: folder.file("tokens.yaml"))
    let token = NewToken()
    let written = record("ci", token, expires: 1_800_000_000_000)
    try file.add(written)
    #expect(try !folder.read("tokens.yaml").contains(token.text))
    #expect(try TemporaryFolder.mode(of: file.path) == 0o600)
    #expect(try file.read().records == [written])
    #expect(written.digest.hexadecimal == Digest(of: token.text).hexadecimal)
  }

  @Test("a token is 32 random bytes, and no two are the same")
  func random() {
    let tokens = (0..<100).map { _ in NewToken().text }
    #expect(Set(tokens).count == 100)
    // 32 bytes are 43 digits of base64.
    #expect(tokens.allSatisfy { $0.hasPrefix("vmctl_") && $0.utf8.count == 6 + 43 })
  }

  @Test("adding and taking back leave what else is in the file (E6)")
  func edits() throws {
    let folder = try TemporaryFolder()
    let (one, two) = (NewToken(), NewToken())
    try folder.write(
      "t", "# ours\ntokens:\n- name: one\n  sha256: \(one.digest.hexadecimal)\n  scopes: [read]\n# the second\n")
    let file = TokenFile(path: folder.file("t"))
    try file.add(record("two", two))
    #expect(try file.read().records.map(\.name) == ["one", "two"])
    #expect(throws: Problem.self) { try file.add(record("two", NewToken())) }
    try file.revoke("one")
    #expect(try file.read().records.map(\.name) == ["two"])
    let text = try folder.read("t")
    #expect(text.contains("# ours") && text.contains("# the second") && !text.contains(one.digest.hexadecimal))
    #expect(throws: Problem.self) { try file.revoke("one") }
    try file.revoke("two")
    #expect(try file.read().records.isEmpty)
  }

  @Test("a file in JSON is changed too")
  func json() throws {
    let folder = try TemporaryFolder()
    let token = NewToken()
    try folder.write(
      "t", #"{"tokens": [{"name": "one", "sha256": "\#(token.digest.hexadecimal)", "scopes": ["admin"]}]}"#)
    let file = TokenFile(path: folder.file("t"))
    try file.add(record("two", NewToken()))
    #expect(try file.read().records.map(\.name) == ["one", "two"])
  }

  @Test("a file that others may read, a link and a folder are refused (E6)", arguments: [0o640, 0o604, 0o660])
  func modes(mode: Int) throws {
    let folder = try TemporaryFolder()
    try folder.write("t", "tokens: []\n", mode: mode)
    #expect(throws: Problem.self) { try TokenFile(path: folder.file("t")).read() }
    try folder.write("t", "tokens: []\n", mode: 0o600)
    #expect(try TokenFile(path: folder.file("t")).read().records.isEmpty)
    try FileManager.default.createSymbolicLink(atPath: folder.file("l"), withDestinationPath: folder.file("t"))
    #expect(throws: Problem.self) { try TokenFile(path: folder.file("l")).read() }
    #expect(throws: Problem.self) { try TokenFile(path: folder.path).read() }
  }

  @Test("a file with a fault is refused as a whole, by line, and does not show what may be a token (I8)")
  func faults() throws {
    let token = NewToken().text
    let text = """
      tokens:
        - name: ci
          sha256: \(token)
          scopes: [read, rule]
          domain: web-*
        - name: b
          sha256: \(Digest(of: "b").hexadecimal)
          scopes: [read]
          domains:
      """
    let problem = try #require(throws: Problem.self) { try TokenList(parsing: Array(text.utf8), source: "t.yaml") }
    #expect(problem.message.contains("t.yaml:3:13: not a valid value"))
    #expect(problem.message.contains("t.yaml:4:20: not a valid value"))
    #expect(problem.message.contains("t.yaml:5:5: unknown key 'domain'"))
    #expect(problem.message.contains("did you mean 'domains'?"))
    #expect(problem.message.contains("'domains' selects nothing"), "an empty selector must not mean every domain")
    #expect(!"\(problem)".contains(token))
  }

  @Test("a token has its scopes and domains until it expires or is taken back (E6)")
  func table() throws {
    let token = NewToken()
    let time = Mutex<Int64>(1000)
    let selector = DomainSelector(names: ["web-*"])
    let kept = Token(name: "ci", digest: token.digest, scopes: [.read], selector: selector, expires: 2000)
    let table = TokenTable([kept]) { time.withLock { $0 } }
    #expect(
      table.principal(bearing: token.text) == Principal(name: "token:ci", scopes: [.read], selector: selector))
    #expect(table.principal(bearing: token.text + " ") == nil)
    #expect(table.principal(bearing: token.digest.hexadecimal) == nil, "the hash is no token")
    time.withLock { $0 = 2000 }
    #expect(table.principal(bearing: token.text) == nil)
    time.withLock { $0 = 1000 }
    table.replace(with: [])
    #expect(table.principal(bearing: token.text) == nil)
  }

  @Test("the scopes that `vmctl token` knows are the server's")
  func scopes() { #expect(TokenRecord.scopes == Scope.allCases.map(\.rawValue)) }
}
