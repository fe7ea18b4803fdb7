package import Vocabulary

/// How a command ended, in the exit codes of design section 9. Ordered by seriousness: of several domains the most
/// serious counts.
package enum Outcome: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
  case asWanted
  case changesFound
  case nextBoot
  case waiting
  case refused
  case abiDiffers
  case conflict
  case error
  case usage

  package var exitCode: Int32 {
    switch self {
    case .asWanted: 0
    case .error: 1
    case .changesFound: 2
    case .nextBoot: 10
    case .waiting: 11
    case .refused: 12
    case .conflict: 13
    case .abiDiffers: 14
    case .usage: 64
    }
  }

  /// What it means, for tables and help.
  package var words: String {
    switch self {
    case .asWanted: "as wanted"
    case .changesFound: "changes found"
    case .nextBoot: "done, some of it at the next boot"
    case .waiting: "waiting for the guest"
    case .refused: "refused"
    case .abiDiffers: "guest ABI differs"
    case .conflict: "conflict"
    case .error: "error"
    case .usage: "not a valid document or command"
    }
  }

  /// 1, 13, 14, 12, 11, 10, 2, 0: the order of design section 9. A document that does not parse ends a call before
  /// any domain is looked at.
  private var severity: Int {
    switch self {
    case .asWanted: 0
    case .changesFound: 1
    case .nextBoot: 2
    case .waiting: 3
    case .refused: 4
    case .abiDiffers: 5
    case .conflict: 6
    case .error: 7
    case .usage: 8
    }
  }

  package static func < (left: Outcome, right: Outcome) -> Bool { left.severity < right.severity }
}

extension Problem.Code {
  /// What a problem means for the exit code. Codes that are not here are errors (1).
  package var outcome: Outcome {
    switch rawValue {
    case "invalid-document", "secret-in-document", "usage": .usage
    case "gone", "uuid-clash", "name-reuse", "name-mismatch", "stale-generation", "store-held", "socket-taken",
      "job-in-progress",
      "suspended", "control-busy", "monitor-stuck":
      .conflict
    case "removal-not-meant", "renamed-id", "protected", "target-taken", "slot-taken", "slots-short", "file-missing",
      "file-unreadable", "network-missing", "network-inactive", "reference-missing", "no-creation", "needs-replace",
      "needs-redefine", "cannot-attach", "cannot-detach", "creation-changed", "setting", "machine-unknown",
      "machine-unsupported", "firmware-missing", "cpu-unknown", "too-many-vcpus", "too-much-memory", "os-boot",
      "foreign-metadata", "ambiguous-device", "refused-by-libvirt", "not-adoptable", "managed-already", "image-in-use",
      "running", "not-gone", "unlisted", "would-not-start", "shrinks", "not-running",
      "transient", "phantom-device", "policy", "controller-domain":
      .refused
    case "abi-changed": .abiDiffers
    default: .error
    }
  }
}
