package import Vocabulary

/// Where document, running domain and definition differ, and who is behind it: what `vmctl diff` prints.
package struct DifferenceDocument: Sendable, Codable, Hashable {
  /// One field of one device or of the domain.
  package struct Row: Sendable, Codable, Hashable {
    /// The id of a managed device; `nil` for an unmanaged one and for the domain's own settings.
    package var device: String?
    /// The device kind, or `domain`.
    package let kind: String
    /// What tells an unmanaged device from others of its kind.
    package var key: String?
    /// The field; `nil`: the device itself, which is there or is not.
    package var path: String?
    /// What the document says; `nil` where it has no opinion.
    package var wanted: String?
    package var live: String?
    package var persistent: String?
    /// The sides that are not as the document wants them.
    package var notAsWanted: [Side] = []
    package let by: Author
    package var why: String?

    package init(kind: String, by: Author, why: String? = nil) {
      self.kind = kind
      self.by = by
      self.why = why
    }
  }

  /// Who is behind a difference.
  package enum Author: String, Sendable, Codable, Hashable, CaseIterable {
    /// Its own filling-in: what a running device has and its definition has not.
    case libvirt
    /// A step of ours that is still to take effect.
    case vmctl
    case guest
    case snapshot
    case blockJob = "block job"
    case foreign
  }

  package var apiVersion = "vmctl/v1"
  package var kind = "Differences"
  package let domain: PlanDocument.DomainName
  /// Of the document; `nil` where none is known.
  package let generation: Int64?
  /// The sides that there are.
  package let sides: [Side]
  package var differences: [Row] = []

  package init(domain: PlanDocument.DomainName, generation: Int64?, sides: [Side]) {
    self.domain = domain
    self.generation = generation
    self.sides = sides
  }
}
