import Libvirt
import Vocabulary

/// A hypervisor that may still be connecting: what needs no libvirt is done meanwhile.
struct Connecting: Sendable {
  private enum State: Sendable {
    case ready(any Hypervisor)
    case trying(Task<Result<any Hypervisor, Problem>, Never>)
  }

  private let state: State

  init(_ hypervisor: any Hypervisor) { state = .ready(hypervisor) }

  /// Begins at once and on this thread, so that the call to libvirt is under way when this returns.
  init(_ connect: @escaping @Sendable () async throws(Problem) -> any Hypervisor) {
    state = .trying(
      Task.immediate {
        do throws(Problem) {
          return .success(try await connect())
        } catch {
          return .failure(error)
        }
      })
  }

  /// - Throws: why there is no connection, every time.
  func hypervisor() async throws(Problem) -> any Hypervisor {
    switch state {
    case .ready(let hypervisor): hypervisor
    case .trying(let task): try await task.value.get()
    }
  }
}
