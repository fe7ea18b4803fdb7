import Libvirt

/// How long a domain is left alone after a pass that did not get there: doubling, spread so that many that failed
/// together do not come back together, and from the start again once something changes.
struct Backoff: Sendable {
  let first: Duration
  let longest: Duration

  /// What went wrong by itself may be right again soon.
  static let failure = Backoff(first: .seconds(1), longest: .seconds(300))
  /// What was refused changes by somebody's hand only: a file that appears, a network that is started.
  static let refusal = Backoff(first: .seconds(15), longest: .seconds(600))
  /// Somebody else's job on the domain.
  static let conflict = Backoff(first: .seconds(2), longest: .seconds(60))

  /// - Parameters:
  ///   - attempts: how often it went wrong in a row, from 1.
  ///   - random: spreads the pauses.
  /// - Returns: the pause.
  func pause(after attempts: Int, _ random: inout some RandomNumberGenerator) -> Duration {
    let whole = min(longest, first * (1 << min(max(attempts, 1) - 1, 20)))
    return whole * Double.random(in: 0.75...1.25, using: &random)
  }
}
