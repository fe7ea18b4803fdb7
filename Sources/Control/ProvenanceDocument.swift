package import Vocabulary

/// Who chose what a domain's devices are: what `vmctl blame` prints.
package struct ProvenanceDocument: Sendable, Codable, Hashable {
  /// One value of one field.
  package struct Value: Sendable, Codable, Hashable {
    /// `nil`: a setting of the domain.
    package let device: String?
    /// The device kind, or `domain`.
    package let kind: String
    package let path: String
    /// `nil`: both sides have it so, or there is only one.
    package let side: Side?
    package let value: String
    package let by: Author
    package var why: String?
    /// Of the document that states it.
    package var generation: Int64?
    /// The step that brought it: the operation's number, the step's place in it, when it was settled.
    package var operation: Int64?
    package var step: Int?
    /// Milliseconds since 1970.
    package var at: Int64?

    package init(device: String?, kind: String, path: String, side: Side?, value: String, by: Author, why: String?) {
      self.device = device
      self.kind = kind
      self.path = path
      self.side = side
      self.value = value
      self.by = by
      self.why = why
    }
  }

  package enum Author: String, Sendable, Codable, Hashable, CaseIterable {
    case document, vmctl, libvirt, guest, snapshot
    case blockJob = "block job"
    case foreign
  }

  package var apiVersion = "vmctl/v1"
  package var kind = "Provenance"
  package let domain: PlanDocument.DomainName
  package let generation: Int64?
  package var values: [Value] = []

  package init(domain: PlanDocument.DomainName, generation: Int64?) {
    self.domain = domain
    self.generation = generation
  }
}
