import Faults
import Synchronization

/// One vmctl process: where it dies, and which of its durable writes finds the disk full.
final class SimulatedProcess: Sendable {
  private struct State {
    var reached = 0
    var writes = 0
    var isDead = false
    var lastWrite = ""
  }

  /// It dies at the n-th failpoint, counted from 1.
  private let death: Int?
  /// The n-th durable write fails, counted from 1.
  private let failingWrite: Int?
  private let state = Mutex(State())
  private let met: @Sendable (Failpoint) -> Void

  init(death: Int? = nil, failingWrite: Int? = nil, met: @escaping @Sendable (Failpoint) -> Void) {
    self.death = death
    self.failingWrite = failingWrite
    self.met = met
  }

  var isDead: Bool { state.withLock { $0.isDead } }

  /// Where it died.
  var diedAt: String { state.withLock { $0.lastWrite } }

  /// Stands in for the process at each of its failpoints: a dead one does nothing more.
  func reach(_ point: Failpoint) throws(FailpointStop) {
    let stops = state.withLock { state in
      if state.isDead { return true }
      state.reached += 1
      if state.reached == death {
        state.isDead = true
        state.lastWrite = point.name
        return true
      }
      guard point.name.hasPrefix("store."), point.name.hasSuffix(".before") else { return false }
      state.writes += 1
      return state.writes == failingWrite
    }
    if stops {
      if point.name.hasSuffix(".after") { met(point) }
      throw FailpointStop(point)
    }
    met(point)
  }
}
