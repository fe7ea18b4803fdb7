package import Vocabulary

/// One thing that was looked at, and how it is.
package struct Finding: Sendable, Codable, Hashable {
  package enum Severity: String, Sendable, Codable, Hashable, CaseIterable, Comparable {
    case ok
    /// Worth knowing; nothing to do.
    case note
    /// Something will go wrong, or has and can wait.
    case warning
    /// Something does not work.
    case problem

    private var rank: Int {
      switch self {
      case .ok: 0
      case .note: 1
      case .warning: 2
      case .problem: 3
      }
    }

    package static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }
  }

  package let severity: Severity
  /// A stable word for what was looked at: `libvirt`, `kvm`, `store-rows`, `ghost` …
  package let check: String
  /// Where: a URI, a path, a domain.
  package let subject: String
  package let message: String
  /// The way out.
  package var remedy: String?
  /// What the layer below said, word for word.
  package var underlying: String?

  package init(
    _ severity: Severity, _ check: String, _ subject: String, _ message: String, remedy: String? = nil,
    underlying: String? = nil
  ) {
    self.severity = severity
    self.check = check
    self.subject = subject
    self.message = message
    self.remedy = remedy
    self.underlying = underlying
  }

  package init(_ severity: Severity, _ check: String, _ subject: String, _ problem: Problem) {
    self.init(
      severity, check, problem.domain ?? subject, problem.message, remedy: problem.remedy,
      underlying: problem.underlying)
  }
}

/// What `vmctl doctor` found.
package struct ExaminationReport: Sendable, Codable, Hashable {
  package var apiVersion = "vmctl/v1"
  package var kind = "Examination"
  package let findings: [Finding]
  package let worst: Finding.Severity

  package init(_ findings: [Finding]) {
    self.findings = findings
    worst = findings.map(\.severity).max() ?? .ok
  }

  package var outcome: Outcome { worst > .note ? .error : .asWanted }
}

/// A copy that was made of the store.
package struct BackupReport: Sendable, Codable, Hashable {
  package var apiVersion = "vmctl/v1"
  package var kind = "Backup"
  package let file: String
  package let bytes: Int
  package let domains: Int
  package let schema: Int

  package init(file: String, bytes: Int, domains: Int, schema: Int) {
    self.file = file
    self.bytes = bytes
    self.domains = domains
    self.schema = schema
  }
}

/// A store that was put back from a backup.
package struct RestoreReport: Sendable, Codable, Hashable {
  package var apiVersion = "vmctl/v1"
  package var kind = "StoreRestore"
  package let store: String
  package let file: String
  package let domains: Int
  /// Where the store is that was there before.
  package var kept: String?
  /// Domains whose document in the backup is not the newest there was: they are not reconciled before it is given.
  package var older: [Finding] = []
  /// What to do now, in this order.
  package var next: [String] = []

  package init(store: String, file: String, domains: Int) {
    self.store = store
    self.file = file
    self.domains = domains
  }
}
