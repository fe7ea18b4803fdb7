package import Vocabulary

/// The tokens of a file: `tokens:` and a list.
package struct TokenList: Sendable {
  package let records: [TokenRecord]
  /// Where each begins, for taking one out without touching the others.
  let places: [PlacedNode.Place]

  /// - Throws: every fault of the file in one text, by line and column; never with what stands where a digest should: it
  ///   may be the token.
  package init(parsing bytes: [UInt8], source: String) throws(Problem) {
    let faults = MappingReader.Faults()
    let root = MappingReader(try PlacedReader.read(bytes, source: source), keys: ["tokens"], faults)
    var found: [(record: TokenRecord, place: PlacedNode.Place)] = []
    for (node, path) in root?.items("tokens") ?? [] {
      guard let record = TokenList.record(node, path, faults) else { continue }
      if found.contains(where: { $0.record.name == record.name }) {
        faults.add(node.place, "there is a token named '\(record.name)' above", path: path)
      }
      found.append((record, node.place))
    }
    if let problem = faults.combined { throw problem }
    records = found.map(\.record)
    places = found.map(\.place)
  }

  private static func record(_ node: PlacedNode, _ path: String, _ faults: MappingReader.Faults) -> TokenRecord? {
    let keys = ["name", "sha256", "scopes", "domains", "expires"]
    guard let reader = MappingReader(node, path: path, keys: keys, faults) else { return nil }
    for key in ["name", "sha256", "scopes"] where !reader.has(key) {
      faults.add(node.place, "'\(key)' is missing", path: path)
    }
    let name = reader.value("name", wanted: TokenRecord.nameRule) { TokenRecord.isName($0) ? $0 : nil }
    let digest = reader.value("sha256", wanted: "the SHA-256 of the token, 64 hexadecimal digits", isShown: false) {
      Digest(hexadecimal: $0)
    }
    let scopes = reader.values("scopes", wanted: TokenRecord.scopes.joined(separator: ", ")) { word in
      TokenRecord.scopes.contains(word) ? word : nil
    }
    let domains = DomainPatterns(reader, faults)
    let expires = reader.value("expires", wanted: "a time as 2027-01-31T12:00:00Z") { TimeText.moment($0) }
    guard let name, let digest, let scopes, let domains else { return nil }
    return TokenRecord(
      name: name, digest: digest, scopes: scopes, names: domains.names, labels: domains.labels, expires: expires)
  }
}
