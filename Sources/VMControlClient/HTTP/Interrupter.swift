internal import Synchronization

/// Ends an exchange from outside, also one that has no connection yet.
final class Interrupter: Sendable {
  private struct State {
    var connection: (any HTTPConnection)?
    var isInterrupted = false
  }

  private let state = Mutex(State())

  var isInterrupted: Bool { state.withLock { $0.isInterrupted } }

  func begin(_ connection: any HTTPConnection) {
    let isLate = state.withLock { state in
      state.connection = connection
      return state.isInterrupted
    }
    if isLate { connection.interrupt() }
  }

  func interrupt() {
    let connection = state.withLock { state in
      state.isInterrupted = true
      return state.connection
    }
    connection?.interrupt()
  }
}
