import TestSupport

/// What dies at which failpoint of which stage.
struct MatrixFault: Sendable, CustomStringConvertible {
  enum Victim: String, CaseIterable, Sendable {
    case vmctl, libvirtd
    case qemu = "QEMU"
    case host

    /// The row of the table of faults.
    var row: (group: String, fault: String) {
      switch self {
      case .vmctl: ("vmctl", "kill -9 of vmctl at each failpoint")
      case .libvirtd: ("libvirtd", "kill -9 of libvirtd at each failpoint")
      case .qemu: ("QEMU", "kill -9 of QEMU at each failpoint")
      case .host: ("host", "power loss at each failpoint")
      }
    }
  }

  let stage: MatrixStage.Name
  let victim: Victim
  let point: String
  /// The so manieth time that the stage comes past the point.
  let number: Int
  /// A request to the guest is kept and not made: vmctl takes it to have been made, and asks again when that is due,
  /// after half a minute. That costs time, and is not a violation.
  let mayWait: Bool

  var description: String { "\(stage.rawValue): \(victim.rawValue) at \(point):\(number)" }

  /// Every fault that is worth a run in a stage that passes these points: vmctl at every place between two durable
  /// things, for a kill at a second read is one at the first; whoever else dies at each name once; the host at the
  /// names that no stage before had.
  static func all(
    of stage: MatrixStage.Name, passing points: [String], hostHad: inout Set<String>
  ) -> [MatrixFault] {
    var faults: [MatrixFault] = []
    var hasGuest = ![.define, .start, .startAgain].contains(stage)
    var times: [String: Int] = [:]
    for (index, point) in points.enumerated() {
      let isAsking = points[index...].prefix(2).contains("libvirt.detach.live.before")
      let number = times[point, default: 0] + 1
      times[point] = number
      func fault(_ victim: Victim) -> MatrixFault {
        MatrixFault(
          stage: stage, victim: victim, point: point, number: number,
          mayWait: isAsking && (victim == .vmctl || victim == .libvirtd))
      }
      if number == 1 || !point.hasPrefix("libvirt.observe") { faults.append(fault(.vmctl)) }
      if point == "libvirt.start.after" { hasGuest = true }
      guard number == 1 else { continue }
      faults.append(fault(.libvirtd))
      if hasGuest, stage.outlivesGuest, point.hasPrefix("libvirt."), !point.hasPrefix("libvirt.observe") {
        faults.append(fault(.qemu))
      }
      if hostHad.insert(point).inserted { faults.append(fault(.host)) }
    }
    return faults
  }
}
