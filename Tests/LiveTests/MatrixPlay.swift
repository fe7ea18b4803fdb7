import Foundation

/// One stage as it was played: its runs, and what of them was not as it must be.
struct MatrixPlay {
  let stage: MatrixStage
  let fault: MatrixFault?
  let domain: LiveDomain
  var runs: [Program.Run] = []
  var violations: [String] = []
  /// The disturbed command did not come to its end by itself.
  var neededAnother = false

  /// Where the failpoint's command says that it has been run.
  static func marker(_ domain: LiveDomain) -> String { domain.folder + "/happened" }

  init(stage: MatrixStage, fault: MatrixFault?, domain: LiveDomain) {
    self.stage = stage
    self.fault = fault
    self.domain = domain
  }

  mutating func check(_ holds: Bool, _ violation: @autoclosure () -> String) {
    if !holds { violations.append(violation()) }
  }

  /// That the fault came at all: a matrix in which nothing dies would hold too.
  mutating func checkFault(_ run: Program.Run) throws {
    guard let fault else { return }
    switch fault.victim {
    case .vmctl, .host:
      check(run.wasKilled && run.passed.last == fault.point, "vmctl was not killed there: exit \(run.exitCode)")
    case .libvirtd, .qemu:
      let marker = MatrixPlay.marker(domain)
      let happened = FileManager.default.fileExists(atPath: marker)
      // A guest that was told to end may have done so before anybody could kill it.
      let mayBeGone =
        fault.victim == .qemu && [.stop, .delete].contains(stage.name) && run.passed.contains(fault.point)
      check(happened || mayBeGone, "nothing was killed: \(run.talk)")
      if happened { try FileManager.default.removeItem(atPath: marker) }
    }
  }

  /// Mutating calls that were made: one at whose beginning vmctl was killed was not.
  var calls: [String: Int] {
    var calls = MatrixPlay.calls(runs.flatMap(\.passed))
    if let fault, fault.victim == .vmctl, let call = MatrixPlay.call(fault.point) { calls[call, default: 0] -= 1 }
    return calls
  }

  static func calls(_ passed: [String]) -> [String: Int] {
    var calls: [String: Int] = [:]
    for point in passed { if let call = call(point) { calls[call, default: 0] += 1 } }
    return calls
  }

  /// The mutating call that a point is before; `nil` where it is none.
  private static func call(_ point: String) -> String? {
    guard point.hasPrefix("libvirt."), point.hasSuffix(".before"), !point.hasPrefix("libvirt.observe") else {
      return nil
    }
    return String(point.dropLast(".before".count))
  }

  /// I6: nothing is made again that was made. To ask a guest to shut down and to set a password nobody can read are
  /// the same however often they are done.
  mutating func checkCalls(against undisturbed: [String: Int]) {
    for (call, count) in calls where !["libvirt.shutdown", "libvirt.updateSecurely"].contains(call) {
      let expected = undisturbed[call, default: 0]
      check(count <= expected, "\(call) was called \(count) times, \(expected) where nothing dies")
    }
  }
}
