import TestSupport

/// What a history has most of. Few things that happen often find more than everything that happens seldom (swarm
/// testing).
enum Weather: Sendable, CaseIterable {
  case mixed
  /// vmctl dies.
  case deaths
  /// Calls and replies are lost.
  case cuts
  /// libvirtd dies in attaches.
  case phantoms
  /// Guests that do not answer, forget and reset.
  case guests
  /// vmctl dies while a guest does not answer.
  case deafness
  /// Foreign jobs.
  case jobs

  func death(_ chances: inout SeededNumbers) -> Int? {
    switch self {
    case .deaths, .deafness: Int.random(in: 1...30, using: &chances)
    case .mixed: chances.once(in: 3) ? Int.random(in: 1...40, using: &chances) : nil
    default: chances.once(in: 8) ? Int.random(in: 1...40, using: &chances) : nil
    }
  }

  func fate(_ chances: inout SeededNumbers) -> (number: Int, fate: FakeHypervisor.Fate)? {
    switch self {
    case .cuts:
      (Int.random(in: 1...5, using: &chances), chances.once(in: 2) ? .replyLost : .neverDelivered)
    case .phantoms: (Int.random(in: 1...5, using: &chances), .leavesPhantom)
    default:
      chances.once(in: 4)
        ? (
          Int.random(in: 1...8, using: &chances),
          [.replyLost, .neverDelivered, .leavesPhantom][Int.random(in: 0..<3, using: &chances)]
        ) : nil
    }
  }

  func happening(_ chances: inout SeededNumbers) -> Happening {
    switch self {
    case .guests, .deafness:
      [.guestChangesItsMind, .guestChangesItsMind, .guestResets, .guestForgets, .guestStops, .managedSave][
        Int.random(in: 0..<6, using: &chances)]
    case .jobs: chances.once(in: 2) ? .foreignJob : Happening.random(&chances)
    default: Happening.random(&chances)
    }
  }
}
