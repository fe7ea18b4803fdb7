package import Vocabulary

/// What became of a host's domains since a snapshot: what `vmctl abi verify` prints.
package struct HostVerification: Sendable, Codable, Hashable {
  package var apiVersion = "vmctl/v1"
  package var kind = "HostVerification"
  /// The worst of all domains.
  package private(set) var verdict = Verdict.same
  package let takenAt: Int64
  package let before: HostCheckReport.Host
  package let now: HostCheckReport.Host
  package private(set) var counts: [String: Int] = [:]
  package private(set) var domains: [Domain] = []

  package enum Verdict: String, Sendable, Codable, CaseIterable, Comparable {
    /// The guest has what it had.
    case same
    /// Not there at the time of the snapshot.
    case new
    /// Ran then and does not run now: nobody can say what its guest would find.
    case notRunning
    /// Not there any more.
    case gone
    /// The guest finds something else.
    case differs

    package var words: String {
      switch self {
      case .same: "same"
      case .new: "new"
      case .notRunning: "does not run any more"
      case .gone: "gone"
      case .differs: "guest ABI differs"
      }
    }

    /// A guest that is not there any more, or does not run, is not proved to be as it was.
    package var outcome: Outcome { self == .same || self == .new ? .asWanted : .abiDiffers }

    package static func < (left: Verdict, right: Verdict) -> Bool { left.rank < right.rank }

    private var rank: Int { Verdict.allCases.firstIndex(of: self) ?? 0 }
  }

  package struct Domain: Sendable, Codable, Hashable {
    package let name: String
    package let uuid: DomainUUID
    package let verdict: Verdict
    package let changes: [Change]
    /// What is otherwise and no difference to the guest.
    package let notes: [String]

    package init(name: String, uuid: DomainUUID, verdict: Verdict, changes: [Change] = [], notes: [String] = []) {
      self.name = name
      self.uuid = uuid
      self.verdict = verdict
      self.changes = changes
      self.notes = notes
    }
  }

  package struct Change: Sendable, Codable, Hashable {
    package let side: Side
    package let path: String
    package let before: String?
    package let now: String?
    package let why: String
    /// `vmctl`, `host` (a CPU that follows the host) or `foreign`; libvirt's own doings are notes.
    package let by: String
    /// The operation of vmctl's that did it.
    package let operation: Int64?

    package init(
      side: Side, path: String, before: String?, now: String?, why: String, by: String, operation: Int64?
    ) {
      self.side = side
      self.path = path
      self.before = before
      self.now = now
      self.why = why
      self.by = by
      self.operation = operation
    }
  }

  package init(takenAt: Int64, before: HostCheckReport.Host, now: HostCheckReport.Host) {
    self.takenAt = takenAt
    self.before = before
    self.now = now
  }

  package mutating func add(_ domain: Domain) {
    domains.append(domain)
    verdict = max(verdict, domain.verdict)
    counts[domain.verdict.rawValue, default: 0] += 1
  }
}
