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
  func observeAtRest() async throws(Problem) -> ObservedDomain? {
    do throws(LibvirtError) {
      _ = try await hypervisor.job(of: domain)
    } catch {
      // A domain that is gone or held is for the reading, and the next call, to find out.
      if error.meansConnectionLost { throw Problem(error, domain: name, doing: "reading the domain back") }
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
