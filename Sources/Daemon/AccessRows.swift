import OperatorFiles
import Server

/// Rows of the tables that say who may do what.
enum AccessRows {
  static func peer(
    _ node: PlacedNode, _ path: String, _ faults: MappingReader.Faults
  ) -> DaemonSettings.PeerRow? {
    let kinds = ["user", "uid", "group", "who"]
    guard let reader = MappingReader(node, path: path, keys: kinds + ["scopes", "domains"], faults) else { return nil }
    guard kinds.filter(reader.has).count == 1 else {
      faults.add(node.place, "a row is of one user or group", path: path, wanted: "one of user, uid, group, who")
      return nil
    }
    let peer: DaemonSettings.Peer? =
      reader.text("user").map { .user($0) } ?? reader.text("group").map { .group($0) }
      ?? reader.value("uid", wanted: "a user's number") { UInt32($0) }.map { .uid($0) }
      ?? reader.value("who", wanted: "daemon or socket-group") { word in
        switch word {
        case "daemon": .daemon
        case "socket-group": .socketGroup
        default: nil
        }
      }
    guard let peer, let scopes = scopes(reader, node, faults), let domains = domains(reader, faults) else { return nil }
    return DaemonSettings.PeerRow(peer, scopes: scopes, domains: domains)
  }

  static func certificate(
    _ node: PlacedNode, _ path: String, _ faults: MappingReader.Faults
  ) -> CertificateRule? {
    let kinds = CertificateRule.Kind.allCases.map(\.rawValue)
    guard let reader = MappingReader(node, path: path, keys: kinds + ["scopes", "domains"], faults) else { return nil }
    let given = CertificateRule.Kind.allCases.filter { reader.has($0.rawValue) }
    guard given.count == 1, let kind = given.first else {
      faults.add(
        node.place, "a row is of one name", path: path, wanted: "one of \(kinds.joined(separator: ", "))")
      return nil
    }
    guard let pattern = reader.text(kind.rawValue), let scopes = scopes(reader, node, faults),
      let domains = domains(reader, faults)
    else { return nil }
    return CertificateRule(kind, pattern, scopes: scopes, selector: domains)
  }

  private static func scopes(
    _ reader: MappingReader, _ node: PlacedNode, _ faults: MappingReader.Faults
  ) -> Set<Scope>? {
    let words = Scope.allCases.map(\.rawValue).joined(separator: ", ")
    guard let scopes = reader.values("scopes", wanted: words, { Scope(rawValue: $0) }) else {
      faults.add(node.place, "'scopes' is missing", path: reader.path, wanted: "a list of \(words)")
      return nil
    }
    return Set(scopes)
  }

  private static func domains(_ reader: MappingReader, _ faults: MappingReader.Faults) -> DomainSelector? {
    DomainPatterns(reader, faults).map { DomainSelector(names: $0.names, labels: $0.labels) }
  }
}
