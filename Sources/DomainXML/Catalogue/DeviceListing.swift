import Vocabulary

/// How libvirt lays the devices of a kind into its list, the places of which it compares. Kinds without a listing stay in
/// the document's order.
package struct DeviceListing: Sendable {
  /// Devices of the same word here are together, and ordered among themselves.
  package let group: FieldPath
  /// What they are ordered by: the second number where the first is equal.
  package let key: @Sendable (Element) -> (Int, Int)

  package init(group: FieldPath, key: @escaping @Sendable (Element) -> (Int, Int)) {
    self.group = group
    self.key = key
  }
}

/// What libvirt leaves out when it prints devices of a kind for migration, because it adds it by itself when it reads
/// that again: at the end of the list.
package struct MigratableForm: Sendable {
  /// Elements of the kind, and the machine type of their domain; returns those that are printed, and then what is added.
  package let elements: @Sendable ([Element], _ machine: String) -> [Element]

  package init(_ elements: @escaping @Sendable ([Element], _ machine: String) -> [Element]) {
    self.elements = elements
  }

  /// An element as libvirt adds it. A text of ours: one that is no XML adds nothing, and a test would see that.
  static func added(_ text: String) -> [Element] { (try? DomainDocument(XMLText(text))).map { [$0.root] } ?? [] }
}
