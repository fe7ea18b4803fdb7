internal import CLibvirt
package import Vocabulary

extension Connection {
  package func job(of domain: DomainUUID) async throws(LibvirtError) -> JobState {
    try await call(on: domain) { (domain) throws(LibvirtError) in
      var type: CInt = 0
      var parameters: virTypedParameterPtr?
      var count: CInt = 0
      guard virDomainGetJobStats(domain, &type, &parameters, &count, 0) >= 0 else {
        let error = LibvirtError.last("virDomainGetJobStats")
        // A domain that is not active has no job; libvirt says so by refusing the question.
        guard error.code == .operationInvalid else { throw error }
        return .none
      }
      defer { virTypedParamsFree(parameters, count) }
      var operation: CInt = 0
      let isKnown = virTypedParamsGetInt(parameters, count, VIR_DOMAIN_JOB_OPERATION, &operation) == 1
      return JobState(
        kind: JobState.Kind(type), operation: isKnown ? JobState.Operation(rawValue: operation) : nil)
    }
  }

  package func control(of domain: DomainUUID) async throws(LibvirtError) -> ControlState {
    try await call(on: domain) { (domain) throws(LibvirtError) in
      var info = virDomainControlInfo()
      guard virDomainGetControlInfo(domain, &info, 0) >= 0 else {
        let error = LibvirtError.last("virDomainGetControlInfo")
        // No process, so nothing that could be busy.
        guard error.code == .operationInvalid else { throw error }
        return .ok
      }
      return ControlState(
        kind: ControlState.Kind(info.state), details: info.details,
        duration: .milliseconds(Int64(clamping: info.stateTime)))
    }
  }
}

extension JobState.Kind {
  fileprivate init(_ type: CInt) {
    switch virDomainJobType(rawValue: UInt32(bitPattern: type)) {
    case VIR_DOMAIN_JOB_NONE: self = .none
    case VIR_DOMAIN_JOB_BOUNDED: self = .bounded
    case VIR_DOMAIN_JOB_UNBOUNDED: self = .unbounded
    case VIR_DOMAIN_JOB_COMPLETED: self = .completed
    case VIR_DOMAIN_JOB_FAILED: self = .failed
    case VIR_DOMAIN_JOB_CANCELLED: self = .cancelled
    default: self = .other(type)
    }
  }
}

extension ControlState.Kind {
  fileprivate init(_ state: UInt32) {
    switch virDomainControlState(rawValue: state) {
    case VIR_DOMAIN_CONTROL_OK: self = .ok
    case VIR_DOMAIN_CONTROL_JOB: self = .job
    case VIR_DOMAIN_CONTROL_OCCUPIED: self = .occupied
    case VIR_DOMAIN_CONTROL_ERROR: self = .error
    default: self = .other(state)
    }
  }
}
