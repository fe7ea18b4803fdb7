/// Whether libvirt could talk to a domain's hypervisor process now (`virDomainGetControlInfo`).
package struct ControlState: Sendable, Hashable {
  package enum Kind: Sendable, Hashable {
    case ok
    /// A long job runs; another call may be refused or wait.
    case job
    /// A call is at the hypervisor process now and has been for `duration`: a frozen process shows so.
    case occupied
    /// The channel is broken. Nothing but destroying the domain will work.
    case error
    /// A state that this program does not know yet.
    case other(UInt32)
  }

  package let kind: Kind
  /// What is broken (`virDomainControlErrorReason`), with `error` only.
  package let details: UInt32
  /// How long it has been so, to the millisecond. libvirt counts it for `job` and `occupied` only.
  package let duration: Duration

  package init(kind: Kind, details: UInt32 = 0, duration: Duration = .zero) {
    self.kind = kind
    self.details = details
    self.duration = duration
  }

  package static let ok = ControlState(kind: .ok)
}
