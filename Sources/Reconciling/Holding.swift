import Faults
import Libvirt
import Vocabulary

/// Whether somebody else holds a domain: a foreign job, or a monitor that does not answer. Such a domain gets no call
/// (design section 4): what changes it would wait 30 s for its lock and fail (T18), or hang (F6).
struct Holding {
  let hypervisor: any Hypervisor
  let clock: any Clock<Duration>
  let name: String

  /// How often a monitor that is in use is looked at, a fifth of a second apart.
  private static let occupiedTries = 10

  func check(_ domain: DomainUUID) async throws(Problem) {
    if PlantedBug.is(.ignoresJobs) { return }
    var control = try await self.control(domain)
    // libvirt itself uses the monitor now and then, as after a reset: that is over in a moment.
    for _ in 0..<Holding.occupiedTries where control.kind == .occupied {
      // A cancelled sleep is followed by the last look.
      try? await clock.sleep(for: .milliseconds(200))
      control = try await self.control(domain)
    }
    switch control.kind {
    case .ok: break
    case .occupied:
      throw Problem(
        "monitor-stuck", "the domain's hypervisor process has not answered a call of libvirt's for \(control.duration)",
        domain: name,
        remedy: "see whether the process is stopped (`virsh domcontrol \(name)`); what waits there goes on with it")
    case .job, .error, .other:
      throw Problem(
        "job-in-progress", "the domain is held: its monitor is \(control.kind)", domain: name,
        remedy: "wait until the job is done (`virsh domjobinfo \(name)`), then try again")
    }
    let job = try await asking("asking for the job", domain: name) { () throws(LibvirtError) in
      try await hypervisor.job(of: domain)
    }
    guard job.isRunning else { return }
    throw Problem(
      "job-in-progress",
      "the domain is held by a job that vmctl did not start" + (job.operation.map { " (\($0))" } ?? ""), domain: name,
      remedy: "wait until the job is done, then try again")
  }

  private func control(_ domain: DomainUUID) async throws(Problem) -> ControlState {
    try await asking("asking for the control state", domain: name) { () throws(LibvirtError) in
      try await hypervisor.control(of: domain)
    }
  }
}
