import DomainXML
import Intent
import Libvirt
import Store
import Vocabulary

extension Problem {
  /// What libvirt said, named for the domain and the thing that was tried.
  init(_ error: LibvirtError, domain: String? = nil, device: String? = nil, doing: String) {
    if error.meansConnectionLost || error.code == .noConnection {
      self.init(
        "no-connection", "\(doing): libvirt does not answer", domain: domain, device: device,
        remedy: "start libvirtd, or name another with -c URI", underlying: error.description)
      return
    }
    if error.meansNoSuchDomain {
      self.init(
        "no-such-domain", "\(doing): libvirt has no such domain", domain: domain, device: device,
        remedy: "`vmctl get` lists the domains", underlying: error.description)
      return
    }
    self.init(
      error.code == .xmlInvalidSchema ? "refused-by-libvirt" : "libvirt", "\(doing): \(Problem.oneLine(error.message))",
      domain: domain, device: device, remedy: Problem.remedy(error),
      underlying: "\(error.function), code \(error.code.rawValue)")
  }

  /// The schema's complaints come as lines.
  private static func oneLine(_ message: String) -> String {
    message.split(whereSeparator: \.isNewline).joined(separator: "; ")
  }

  private static func remedy(_ error: LibvirtError) -> String? {
    switch error.code {
    case .operationTimeout: "another job holds the domain; try again when it is done"
    case .xmlInvalidSchema:
      "libvirt's schema has no such element or attribute: look at what the document states in `xml:`"
    case .operationDenied, .accessDenied, .authenticationFailed: "run as a user that libvirt lets write"
    default: nil
    }
  }

  init(_ error: StoreError) {
    let code: Problem.Code =
      switch error.kind {
      case .held, .busy, .fenced: "store-held"
      case .noSuchDomain: "no-such-domain"
      case .taken: "file-exists"
      default: "store"
      }
    self.init(code, error.message, path: error.path, remedy: error.wayOut, underlying: error.underlying)
  }

  /// The document of a domain that cannot be read any more. Never guessed: nothing is done until it is given again.
  init(lostIntent damage: StoreError, domain: String) {
    self.init(
      "intent-damaged", "the document kept for '\(domain)' is damaged, so what is wanted is not known", domain: domain,
      path: damage.path,
      remedy: "give it again (`vmctl reconcile -f FILE`), or an older one (`vmctl show \(domain) --document "
        + "--generation N | vmctl reconcile -f -`); nothing is done to the domain until then",
      underlying: damage.message)
  }

  init(_ fault: XMLFault, domain: String, side: Side) {
    self.init(
      "unreadable-xml", "libvirt returned a \(side.rawValue) definition that cannot be read: \(fault.message)",
      domain: domain)
  }

  /// All faults in one problem: the first decides the code, all are said.
  init(_ faults: IntentFaults) {
    let first = faults.faults.first
    let lines = faults.faults.map { fault in
      fault.remedy.map { "\(fault.place): \(fault.message) (\($0))" } ?? "\(fault.place): \(fault.message)"
    }
    self.init(
      faults.faults.first { $0.code == "secret-in-document" }?.code ?? first?.code ?? "invalid-document",
      lines.joined(separator: "\n"), path: faults.faults.count == 1 ? first?.path : nil)
  }
}

/// Runs a libvirt call and says in vmctl's words what went wrong.
func asking<Value>(
  _ doing: String, domain: String? = nil, _ call: () async throws(LibvirtError) -> Value
) async throws(Problem) -> Value {
  do throws(LibvirtError) {
    return try await call()
  } catch {
    throw Problem(error, domain: domain, doing: doing)
  }
}

/// Runs a call of the store likewise.
func stored<Value>(_ call: () async throws(StoreError) -> Value) async throws(Problem) -> Value {
  do throws(StoreError) {
    return try await call()
  } catch {
    throw Problem(error)
  }
}
