package import Vocabulary

/// A guest whose memory is in a file.
package struct SavedGuest: Sendable, Hashable {
  package enum Kind: Sendable, Hashable {
    case managedSave
    /// A snapshot with memory, by its name.
    case snapshot(String)
  }

  package let kind: Kind
  /// A `<domain>`, or the `<domainsnapshot>` that has one in it.
  package let document: XMLText

  package init(_ kind: Kind, _ document: XMLText) {
    self.kind = kind
    self.document = document
  }
}
