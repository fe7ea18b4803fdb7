/// What becomes of a guest on a host, in one respect.
package struct HostFinding: Sendable, Hashable {
  /// What it means for the guest. Ordered by how bad it is.
  package enum Consequence: String, Sendable, Hashable, Comparable, CaseIterable {
    /// Worth to know, and nothing comes of it.
    case note
    /// It works, and a later host will not have it.
    case deprecated
    /// The description of the host does not say.
    case unknown
    /// It starts, and the guest sees other hardware.
    case differs
    case willNotStart

    package static func < (left: Consequence, right: Consequence) -> Bool { left.rank < right.rank }

    private var rank: Int { Consequence.allCases.firstIndex(of: self) ?? 0 }
  }

  package let consequence: Consequence
  /// Where, in the manner of libvirt's XML: `cpu/model`, `devices/video[1]/model/@type`.
  package let path: String
  /// What the guest needs, or has now.
  package let wanted: String
  /// What the host has instead; `nil`: nothing.
  package let offered: String?
  package let why: String
  /// What to do about it.
  package let remedy: String?

  package init(
    _ consequence: Consequence, _ path: String, wanted: String, offered: String? = nil, why: String,
    remedy: String? = nil
  ) {
    self.consequence = consequence
    self.path = path
    self.wanted = wanted
    self.offered = offered
    self.why = why
    self.remedy = remedy
  }

  func with(_ consequence: Consequence, _ words: String) -> HostFinding {
    HostFinding(consequence, path, wanted: wanted, offered: offered, why: words + why, remedy: remedy)
  }
}
