package import Vocabulary

/// What becomes of guests on a host: what `vmctl abi check` prints.
package struct HostCheckReport: Sendable, Codable, Hashable {
  package var apiVersion = "vmctl/v1"
  package var kind = "HostCheck"
  /// The worst of all guests.
  package private(set) var verdict = Verdict.same
  package let host: Host
  /// The host that the guests are from, where it is known.
  package let from: Host?
  /// How many guests have each verdict.
  package private(set) var counts: [String: Int] = [:]
  package private(set) var guests: [Guest] = []

  package enum Verdict: String, Sendable, Codable, CaseIterable, Comparable {
    case same, deprecated, unknown, differs, willNotStart

    package var words: String {
      switch self {
      case .same: "same"
      case .deprecated: "same, deprecated"
      case .unknown: "cannot be told"
      case .differs: "starts, but the guest ABI differs"
      case .willNotStart: "will not start"
      }
    }

    package var outcome: Outcome { self <= .deprecated ? .asWanted : .abiDiffers }

    package static func < (left: Verdict, right: Verdict) -> Bool { left.rank < right.rank }

    private var rank: Int { Verdict.allCases.firstIndex(of: self) ?? 0 }
  }

  package struct Host: Sendable, Codable, Hashable {
    package let name: String
    package let libvirt: Version?
    package let hypervisor: Version?

    package init(name: String, libvirt: Version?, hypervisor: Version?) {
      self.name = name
      self.libvirt = libvirt
      self.hypervisor = hypervisor
    }
  }

  package struct Guest: Sendable, Codable, Hashable {
    package let name: String
    package let uuid: DomainUUID?
    /// `domain`, `managedSave`, or `snapshot` with its name.
    package let form: String
    package let snapshot: String?
    package let verdict: Verdict
    package let findings: [Finding]

    package init(
      name: String, uuid: DomainUUID?, form: String, snapshot: String? = nil, verdict: Verdict, findings: [Finding]
    ) {
      self.name = name
      self.uuid = uuid
      self.form = form
      self.snapshot = snapshot
      self.verdict = verdict
      self.findings = findings
    }
  }

  package struct Finding: Sendable, Codable, Hashable {
    /// `note`, `deprecated`, `unknown`, `differs` or `willNotStart`.
    package let consequence: String
    package let path: String
    package let wanted: String
    package let offered: String?
    package let why: String
    package let remedy: String?

    package init(
      consequence: String, path: String, wanted: String, offered: String?, why: String, remedy: String?
    ) {
      self.consequence = consequence
      self.path = path
      self.wanted = wanted
      self.offered = offered
      self.why = why
      self.remedy = remedy
    }
  }

  package init(host: Host, from: Host?) {
    self.host = host
    self.from = from
  }

  package mutating func add(_ guest: Guest) {
    guests.append(guest)
    verdict = max(verdict, guest.verdict)
    counts[guest.verdict.rawValue, default: 0] += 1
  }
}
