import Control
import Daemon
import Synchronization
import Vocabulary

/// An engine that keeps nothing and notes what is asked of it.
final class FakeEngine: Engine {
  private struct State {
    var calls: [String] = []
    var finish: CheckedContinuation<Void, Never>?
  }

  let control: any ResidentControl
  private let state = Mutex(State())
  private let refusal: Problem?
  private let ignoresStop: Bool

  init(_ control: any ResidentControl = FakeControl(), refusal: Problem? = nil, ignoresStop: Bool = false) {
    self.control = control
    self.refusal = refusal
    self.ignoresStop = ignoresStop
  }

  var calls: [String] { state.withLock { $0.calls } }

  func open() async throws(Problem) {
    note("open")
    if let refusal { throw refusal }
  }

  func run() async throws(Problem) {
    note("run")
    await withCheckedContinuation { continuation in state.withLock { $0.finish = continuation } }
    note("ended")
  }

  func stop() async {
    note("stop")
    if !ignoresStop { end() }
  }

  /// As if the engine came to its end by itself.
  func end() {
    state.withLock { state in
      state.finish?.resume()
      state.finish = nil
    }
  }

  func note(_ call: String) { state.withLock { $0.calls.append(call) } }
}
