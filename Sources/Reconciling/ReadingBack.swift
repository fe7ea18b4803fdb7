import Libvirt
import Planning
import Vocabulary

/// Reads a domain back after a call: only what is read counts (I5).
struct ReadingBack {
  let hypervisor: any Hypervisor
  let domain: DomainUUID
  let name: String

  func observe() async throws(Problem) -> ObservedDomain? {
    let found = try await asking("reading the domain back", domain: name) { () throws(LibvirtError) in
      try await hypervisor.observe(.uuid(domain))
    }
    guard let found else { return nil }
    return try ObservedDomain(found)
  }

  /// Reads it so that nothing comes after: a call whose reply was lost may be under way in a daemon that lives, and
  /// documents are read beside it. The question for the job waits for the domain's lock, up to 30 s (faults.md 2.1).
  ///
  /// - Throws: where the domain cannot be asked, or is held for longer than that.
  func observeAtRest() async throws(Problem) -> ObservedDomain? {
    do throws(LibvirtError) {
      _ = try await hypervisor.job(of: domain)
    } catch {
      if error.meansConnectionLost { throw Problem(error, domain: name, doing: "reading the domain back") }
      // Still held after 30 s: it may be that very call, and what is read now is not what it comes to (F6).
      if CallOutcome(error, of: .set) == .held {
        throw Problem(
          "job-in-progress", "what came of the call cannot be read while another holds the domain: \(error.message)",
          domain: name, remedy: "see `virsh domcontrol \(name)`; the next reconcile after it settles the step")
      }
      // A domain that is gone is for the reading to find out.
    }
    return try await observe()
  }

  /// Whether a step is done, from a fresh read and nothing else.
  func verdict(_ step: Step, _ observed: ObservedDomain?) async throws(Problem) -> Verifier.Verdict {
    guard case .autostart(let isOn) = step.setting else { return Verifier.check(step, observed) }
    let found = try await asking("asking for autostart", domain: name) { () throws(LibvirtError) in
      try await hypervisor.autostart(of: domain)
    }
    return found == isOn ? .done : .notDone
  }
}
