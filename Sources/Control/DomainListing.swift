package import Vocabulary

/// Which domains of a host are asked for.
package struct DomainQuery: Sendable, Hashable {
  /// Each must be there with its value; an empty value asks for the label alone.
  package var labels: [String: String]
  /// `true`: those with a document; `false`: external ones.
  package var isManaged: Bool?
  /// Names that come after this one, in order.
  package var after: String?
  package var limit: Int

  package init(labels: [String: String] = [:], isManaged: Bool? = nil, after: String? = nil, limit: Int = 500) {
    self.labels = labels
    self.isManaged = isManaged
    self.after = after
    self.limit = limit
  }
}

/// A page of a host's domains, by name.
package struct DomainListing: Sendable, Codable, Hashable {
  package struct Item: Sendable, Codable, Hashable {
    package let name: String
    package let uuid: UniversalID
    package var state: String
    package var isManaged: Bool
    package var labels: [String: String] = [:]
    /// `controller`: the domain that runs who controls this host (E9).
    package var role: String?
    package var generation: Int64?
    package var observedGeneration: Int64?
    package var conditions: [DomainCondition] = []

    package init(name: String, uuid: UniversalID, state: String, isManaged: Bool) {
      self.name = name
      self.uuid = uuid
      self.state = state
      self.isManaged = isManaged
    }
  }

  package var apiVersion = "vmctl/v1"
  package var kind = "DomainList"
  package var items: [Item]
  /// To be given as `after` for the next page; `nil` on the last one.
  package var next: String?

  package init(items: [Item], next: String? = nil) {
    self.items = items
    self.next = next
  }
}
