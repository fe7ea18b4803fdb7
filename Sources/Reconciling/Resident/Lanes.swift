import Libvirt
import Synchronization
import Vocabulary

/// Connections to one libvirt for passes that run side by side. libvirtd serves five calls of a client at once, so a
/// call that does not come back takes a fifth of its connection: whoever is slow keeps his, and others get another.
actor Lanes {
  /// A connection as one pass has it.
  struct Lane: Sendable {
    let number: Int
    let hypervisor: any Hypervisor
  }

  private struct Known {
    let hypervisor: any Hypervisor
    var passes = 0
  }

  /// Passes of one connection: what libvirtd serves at once, less one for looks.
  private static let passesEach = 4
  private static let limit = 16

  private let open: @Sendable () async throws(Problem) -> any Hypervisor
  private var lanes: [Int: Known] = [:]
  private var last = 0
  private var isClosed = false

  /// - Parameters:
  ///   - first: a connection that is there already; not closed with the others.
  ///   - open: makes another one.
  init(first: any Hypervisor, _ open: @escaping @Sendable () async throws(Problem) -> any Hypervisor) {
    self.open = open
    lanes[0] = Known(hypervisor: first)
  }

  /// The connection with the fewest passes; a new one where each has enough.
  func take() async throws(Problem) -> Lane {
    if let lane = free() { return lane }
    if lanes.count < Lanes.limit, !isClosed {
      let hypervisor = try await open()
      // Another may have come or gone meanwhile: this one is of use in any case.
      last += 1
      lanes[last] = Known(hypervisor: hypervisor, passes: 1)
      return Lane(number: last, hypervisor: hypervisor)
    }
    guard let least = lanes.min(by: { ($0.value.passes, $0.key) < ($1.value.passes, $1.key) }) else {
      throw Problem("no-connection", "vmctld is stopping")
    }
    lanes[least.key]?.passes += 1
    return Lane(number: least.key, hypervisor: least.value.hypervisor)
  }

  private func free() -> Lane? {
    for (number, known) in lanes.sorted(by: { $0.key < $1.key }) where known.passes < Lanes.passesEach {
      lanes[number]?.passes += 1
      return Lane(number: number, hypervisor: known.hypervisor)
    }
    return nil
  }

  func give(_ lane: Lane) async {
    lanes[lane.number]?.passes -= 1
    // One that was needed for a while only is closed again.
    guard lane.number != 0, lanes[lane.number]?.passes == 0 else { return }
    lanes[lane.number] = nil
    await lane.hypervisor.close()
  }

  /// Closes all but the first.
  func close() async {
    isClosed = true
    let others = lanes.filter { $0.key != 0 }.values
    lanes = [:]
    for lane in others { await lane.hypervisor.close() }
  }
}
