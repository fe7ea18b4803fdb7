import Control

/// The conditions of design section 10, in the order in which they are shown, and what each says while all is well.
enum ConditionType: String, CaseIterable, Sendable {
  case ready = "Ready"
  case reconciling = "Reconciling"
  case stalled = "Stalled"
  case restartRequired = "RestartRequired"
  case unplugPending = "UnplugPending"
  case driftDetected = "DriftDetected"
  case abiStable = "ABIStable"
  case gone = "Gone"
  /// The guest shut itself down and stays down (R13). Said only while it is so.
  case guestShutdown = "GuestShutdown"
  /// Something of the domain in the store is not what was written (F14). Said only while it is so, and never kept.
  case storeDamaged = "StoreDamaged"

  /// What it says where nothing is to be said.
  var rest: (status: DomainCondition.Status, reason: DomainCondition.Reason)? {
    switch self {
    case .ready, .guestShutdown, .storeDamaged: nil
    case .reconciling: (.no, .init("Settled", "nothing is left to do"))
    case .stalled: (.no, .init("Going", "nothing is in the way"))
    case .restartRequired: (.no, .init("UpToDate", "nothing waits for the next cold boot"))
    case .unplugPending: (.no, .init("NothingAsked", "the guest is not asked to let go of anything"))
    case .driftDetected: (.no, .init("NoDrift", "nobody else changed what the document states"))
    case .abiStable: (.yes, .init("Stable", "the guest's hardware is as it was"))
    case .gone: (.no, .init("Present", "libvirt has it"))
    }
  }

  /// Whether a row is kept of it also where it never said anything else: it has been otherwise between two passes.
  var isAlwaysKept: Bool { self == .ready || self == .reconciling }
}

extension DomainCondition {
  /// What it says where all is well, for a type that says it.
  init?(atRest type: ConditionType) {
    guard let rest = type.rest else { return nil }
    self.init(type.rawValue, rest.status, [rest.reason])
  }

  var words: Set<String> { Set(reasons.map(\.reason)) }
}
