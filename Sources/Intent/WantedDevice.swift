package import DomainXML
package import Vocabulary

/// A device as a document wants it: XML plus what the document says about it. Short forms and `xml:` meet here, so
/// creating a domain with a device and hotplugging it later use one value (A9).
package struct WantedDevice: Sendable {
  package enum Sides: String, Sendable, Hashable { case both, live, persistent }
  package enum Otherwise: String, Sendable, Hashable { case keep, nextBoot }

  package struct Unplug: Sendable, Hashable {
    package var deadline: Duration
    package var otherwise: Otherwise

    package init(deadline: Duration = .seconds(120), otherwise: Otherwise = .keep) {
      self.deadline = deadline
      self.otherwise = otherwise
    }
  }

  package struct Media: Sendable, Hashable {
    /// `nil`: nothing.
    package let file: String?
    package let format: String?
    /// Only until the domain has booted with it.
    package let isOnce: Bool
    /// Also where the guest has locked the tray.
    package let isForced: Bool

    package init(file: String?, format: String? = nil, isOnce: Bool = false, isForced: Bool = false) {
      self.file = file
      self.format = format
      self.isOnce = isOnce
      self.isForced = isForced
    }
  }

  /// A device that is already there: its place among its kind, or what identifies it.
  package struct Reference: Sendable, Hashable {
    package let kind: String
    package let value: String
  }

  package enum Content: Sendable {
    /// What must hold, without alias, address and boot order.
    case element(DomainDocument)
    case reference(Reference)
  }

  package let id: DeviceID
  package let kind: DeviceKind
  package let content: Content
  package var sides: Sides
  package let was: DeviceID?
  package let bootOrder: UInt64?
  package let replaceAllowed: Bool
  package let unplug: Unplug
  /// What is to be in a drive whose medium can be changed; `nil`: no opinion (R9).
  package var media: Media?
  package let isProtected: Bool
  package let address: Slot?
  /// What to do with foreign changes, where the document says it of the device and not only of the domain.
  package let drift: IntentDocument.Drift?
  /// SHA-256 of what was stated of the device: its content and its boot order.
  package let contentDigest: Digest?
  /// `spec.devices[2]`, for messages.
  package let path: String

  package var element: Element? {
    guard case .element(let document) = content else { return nil }
    return document.root
  }

  package func isWanted(on side: Side) -> Bool {
    switch sides {
    case .both: true
    case .live: side == .live
    case .persistent: side == .persistent
    }
  }
}
