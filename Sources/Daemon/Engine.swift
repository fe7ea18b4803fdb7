package import Control
package import Vocabulary

/// What a daemon runs behind its API: the one who holds the store and keeps the domains.
package protocol Engine: Sendable {
  /// What the API speaks to. It is asked for nothing but its readiness before `open` has returned.
  var control: any ResidentControl { get }

  /// Takes the store, before anything else of the daemon is there.
  /// - Throws: `store-held` with the holder's name: then this process has touched nothing, the other's socket least.
  func open() async throws(Problem)

  /// Keeps the domains until `stop` is called.
  /// - Throws: what makes going on impossible.
  func run() async throws(Problem)

  /// Finishes the steps that run, or takes down where they stand; begins none; closes the store. Then `run` returns.
  func stop() async
}
