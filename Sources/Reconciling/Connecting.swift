import Libvirt
import Vocabulary

/// A hypervisor that may still be connecting: what needs no libvirt is done meanwhile.
struct Connecting: Sendable {
  private enum State: Sendable {
    case ready(any Hypervisor)
    case trying(Task<Result<any Hypervisor, Problem>, Never>)
  }

  private let state: State
  private let openForAsking: @Sendable () async throws(Problem) -> any Hypervisor

  /// With a connection that may do everything.
  init(_ hypervisor: any Hypervisor) {
    state = .ready(hypervisor)
    openForAsking = { () async throws(Problem) in hypervisor }
  }

  /// Begins at once and on this thread, so that the call to libvirt is under way when this returns.
  ///
  /// - Parameter open: with `true` for a read-only connection.
  init(_ open: @escaping @Sendable (_ readOnly: Bool) async throws(Problem) -> any Hypervisor) {
    openForAsking = { () async throws(Problem) in try await open(false) }
    state = .trying(
      Task.immediate {
        do throws(Problem) {
          return .success(try await open(true))
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

  /// For the questions that libvirt answers on no read-only connection, because it runs QEMU for them (domain
  /// capabilities: code 29, `virConnectGetDomainCapabilities`).
  func privileged<Value: Sendable>(
    _ doing: String, _ question: (any Hypervisor) async throws(LibvirtError) -> Value
  ) async throws(Problem) -> Value {
    let hypervisor = try await openForAsking()
    let answer: Result<Value, Problem>
    do throws(Problem) {
      answer = .success(try await asking(doing) { () async throws(LibvirtError) in try await question(hypervisor) })
    } catch {
      answer = .failure(error)
    }
    if case .trying = state { await hypervisor.close() }
    return try answer.get()
  }
}
