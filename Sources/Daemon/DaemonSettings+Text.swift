import Intent
import OperatorFiles
import Server

extension DaemonSettings {
  /// As a file would say it: what `--check-config` prints. Holds no secret: those are in files of their own, and a
  /// password in a URI is left out.
  package var text: String {
    var lines: [String] = []
    var group: Substring?
    for setting in Setting.all {
      let parts = setting.path.split(separator: ".")
      if parts.count == 2, group != parts[0] { lines.append("\(parts[0]):") }
      group = parts.count == 2 ? parts[0] : nil
      let text = setting.text(self)
      let value = DaemonSettings.scalar(setting.path == "connect" ? withoutPassword(text) : text)
      lines.append((parts.count == 2 ? "  " : "") + "\(parts[parts.count - 1]): \(value)")
    }
    lines += [
      "policy:", "  roots: \(list(policy.roots))", "  formats: \(list(policy.formats.sorted()))",
      "  nodes: \(list(policy.nodes.sorted()))", "  hostDevices: \(policy.allowsHostDevices)",
      "  networkDisks: \(policy.allowsNetworkDisks)",
    ]
    lines += DaemonSettings.table(
      "certificates",
      certificates.map { ("\($0.kind.rawValue): \(QuotedText.json($0.pattern))", $0.scopes, $0.selector) })
    lines += DaemonSettings.table("peers", peers.map { (DaemonSettings.words($0.peer), $0.scopes, $0.domains) })
    return lines.joined(separator: "\n") + "\n"
  }

  private static func table(_ key: String, _ rows: [(String, Set<Scope>, DomainSelector)]) -> [String] {
    guard !rows.isEmpty else { return ["\(key): []"] }
    return ["\(key):"]
      + rows.map { name, scopes, domains in
        let words = Scope.allCases.filter(scopes.contains).map(\.rawValue).joined(separator: ", ")
        return "  - {\(name), scopes: [\(words)]\(selector(domains))}"
      }
  }

  private static func selector(_ domains: DomainSelector) -> String {
    guard domains != .every else { return "" }
    var parts: [String] = []
    if !domains.names.isEmpty { parts.append("names: [\(domains.names.map(QuotedText.json).joined(separator: ", "))]") }
    if !domains.labels.isEmpty {
      let labels = domains.labels.sorted { $0.key < $1.key }
      let texts = labels.map { "\(QuotedText.json($0.key)): \(QuotedText.json($0.value))" }
      parts.append("labels: {\(texts.joined(separator: ", "))}")
    }
    return ", domains: {\(parts.joined(separator: ", "))}"
  }

  private static func words(_ peer: Peer) -> String {
    switch peer {
    case .user(let name): "user: \(QuotedText.json(name))"
    case .uid(let number): "uid: \(number)"
    case .group(let name): "group: \(QuotedText.json(name))"
    case .daemon: "who: daemon"
    case .socketGroup: "who: socket-group"
    }
  }

  private func list(_ texts: [String]) -> String { "[\(texts.map(DaemonSettings.scalar).joined(separator: ", "))]" }

  private static func scalar(_ text: String) -> String {
    let plain = text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "/._-+".utf8.contains(byte)
      }
    }
    return plain && !text.isEmpty && !["null", "~"].contains(text.lowercased()) ? text : QuotedText.json(text)
  }

  /// `qemu+ssh://user:word@host/system` without the word.
  private func withoutPassword(_ uri: String) -> String {
    guard let start = uri.firstRange(of: "://")?.upperBound else { return uri }
    let authority = uri[start...].prefix { $0 != "/" && $0 != "?" }
    guard let at = authority.lastIndex(of: "@"), let colon = authority[..<at].firstIndex(of: ":") else { return uri }
    return String(uri[..<colon]) + String(uri[at...])
  }
}
