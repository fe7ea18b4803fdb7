import OperatorFiles

/// A token as it is listed.
struct TokenDocument: Sendable, Encodable {
  let name: String
  let scopes: [String]
  let names: [String]
  let labels: [String: String]
  /// `2027-01-31T12:00:00Z`; not there where it never expires.
  let expires: String?
  private let end: Int64?

  private enum CodingKeys: String, CodingKey { case name, scopes, names, labels, expires }

  init(_ record: TokenRecord) {
    name = record.name
    scopes = record.scopes
    names = record.names
    labels = record.labels
    end = record.expires
    expires = record.expires.map(TimeText.text(ofMoment:))
  }

  func line(at now: Int64) -> String {
    let domains = names + labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    let until =
      if let expires, let end { end <= now ? "expired \(expires)" : "until \(expires)" } else { "never expires" }
    return printable(
      "\(name)  \(scopes.joined(separator: ","))  \(domains.isEmpty ? "every domain" : domains.joined(separator: " "))"
        + "  \(until)")
  }
}
