/// The long job of a domain (migration, save, dump, backup, snapshot), as `virDomainGetJobStats` tells it.
package struct JobState: Sendable, Hashable {
  package enum Kind: Sendable, Hashable {
    case none
    /// It will end by itself; libvirt knows how far it is.
    case bounded
    /// It may take as long as the guest keeps it going.
    case unbounded
    case completed
    case failed
    case cancelled
    /// A kind that this program does not know yet.
    case other(Int32)
  }

  package let kind: Kind
  /// `nil` where no job runs or libvirt does not say which.
  package let operation: Operation?

  package init(kind: Kind, operation: Operation? = nil) {
    self.kind = kind
    self.operation = operation
  }

  package static let none = JobState(kind: .none)

  /// Whether a job holds the domain now.
  package var isRunning: Bool {
    switch kind {
    case .bounded, .unbounded, .other: true
    case .none, .completed, .failed, .cancelled: false
    }
  }

  /// `virDomainJobOperation`.
  package struct Operation: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    package let rawValue: Int32

    package init(rawValue: Int32) { self.rawValue = rawValue }

    package static let unknown = Operation(rawValue: 0)
    package static let start = Operation(rawValue: 1)
    package static let save = Operation(rawValue: 2)
    package static let restore = Operation(rawValue: 3)
    package static let migrationIn = Operation(rawValue: 4)
    package static let migrationOut = Operation(rawValue: 5)
    package static let snapshot = Operation(rawValue: 6)
    package static let snapshotRevert = Operation(rawValue: 7)
    package static let dump = Operation(rawValue: 8)
    package static let backup = Operation(rawValue: 9)
    package static let snapshotDelete = Operation(rawValue: 10)

    package var description: String {
      let names = [
        "unknown job", "start", "save", "restore", "incoming migration", "outgoing migration", "snapshot",
        "snapshot revert", "dump", "backup", "snapshot deletion",
      ]
      return names.indices.contains(Int(rawValue)) ? names[Int(rawValue)] : "job \(rawValue)"
    }
  }
}
