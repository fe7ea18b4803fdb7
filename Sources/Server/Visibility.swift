package import Control
package import Vocabulary

/// What a principal may see of the host's domains.
package struct Visibility: Sendable {
  package let selector: DomainSelector
  package let control: any ResidentControl

  package func permits(name: String, labels: [String: String]) -> Bool { selector.permits(name: name, labels: labels) }

  /// By name or UUID. A domain that is not there is judged by the name it would have: with labels asked for, that is no.
  package func permits(_ reference: String) async throws(Problem) -> Bool {
    guard !selector.isEverything else { return true }
    let mayBeUUID = TextForm.uuid.accepts(reference.lowercased())
    // What the name alone decides is not looked up.
    if !mayBeUUID, !selector.permits(name: reference) { return false }
    if !mayBeUUID, selector.labels.isEmpty { return true }
    let item = try await DomainFinder(control: control).item(reference)
    return selector.permits(name: item?.name ?? reference, labels: item?.labels ?? [:])
  }

  /// - Throws: `forbidden`.
  package func require(_ reference: String) async throws(Problem) {
    guard try await permits(reference) else {
      throw Problem(
        "forbidden", "this domain is not among those that you may look at or change", domain: reference,
        remedy: "ask for a wider selector")
    }
  }

  /// - Throws: `forbidden` for who may not see every domain.
  package func requireEvery(remedy: String? = nil) throws(Problem) {
    guard selector.isEverything else {
      throw Problem("forbidden", "this is of every domain of the host, and you may see some", remedy: remedy)
    }
  }
}

/// Finds one domain in the listing, by name or UUID.
struct DomainFinder: Sendable {
  let control: any ResidentControl

  func item(_ reference: String) async throws(Problem) -> DomainListing.Item? {
    // The listing is in order of names, so a name is on the page that begins just before it.
    let near = try await control.list(DomainQuery(after: DomainFinder.before(reference), limit: 8))
    if let item = near.items.first(where: { $0.name == reference }) { return item }
    guard TextForm.uuid.accepts(reference.lowercased()), let uuid = UniversalID(reference) else {
      // Names that no document may have can stand between.
      return near.items.last.map { $0.name < reference } == true ? try await scan { $0.name == reference } : nil
    }
    return try await scan { $0.uuid == uuid }
  }

  private func scan(_ isWanted: (DomainListing.Item) -> Bool) async throws(Problem) -> DomainListing.Item? {
    var query = DomainQuery(limit: 1000)
    while true {
      let page = try await control.list(query)
      if let item = page.items.first(where: isWanted) { return item }
      guard let next = page.next else { return nil }
      query.after = next
    }
  }

  /// A name that comes before this one, with little between them.
  static func before(_ name: String) -> String? {
    guard let last = name.utf8.last, last > UInt8(ascii: "!") else { return nil }
    return String(decoding: name.utf8.dropLast() + [last - 1], as: UTF8.self) + "~~~~"
  }
}
