/// What a domain does, in libvirt's words (`virDomainState`).
package enum DomainState: String, Sendable, Hashable, Codable, CaseIterable {
  case noState = "no state"
  case running
  case blocked
  case paused
  case shuttingDown = "in shutdown"
  case shutOff = "shut off"
  case crashed
  case suspended = "pmsuspended"

  /// Whether a hypervisor process exists, so that the domain has a live side.
  package var isActive: Bool {
    switch self {
    case .running, .blocked, .paused, .shuttingDown, .suspended: true
    case .noState, .shutOff, .crashed: false
    }
  }
}

/// Why a domain is shut off (`virDomainShutoffReason`), as far as a rule of vmctl depends on it (R13, R14).
package enum StopReason: String, Sendable, Hashable, Codable, CaseIterable {
  case unknown
  /// The guest shut itself down.
  case shutdown
  /// Somebody destroyed it.
  case destroyed
  case crashed
  case migrated
  case saved
  case failed
  case snapshot
  case daemon
}
