internal import CLibvirt
import Vocabulary

/// Typed parameters as libvirt's C functions take them. `free` once at the end.
struct ParameterList {
  private var raw: UnsafeMutablePointer<virTypedParameter>?
  private var count: CInt = 0
  private var capacity: CInt = 0

  /// Throws where a value is none of its kind.
  init(_ parameters: [TypedParameter], for function: String) throws(LibvirtError) {
    do throws(LibvirtError) {
      for parameter in parameters { try add(parameter, function) }
    } catch {
      free()
      throw error
    }
  }

  mutating func free() {
    virTypedParamsFree(raw, count)
    raw = nil
    count = 0
  }

  private mutating func add(_ parameter: TypedParameter, _ function: String) throws(LibvirtError) {
    let (name, value) = (parameter.name, parameter.value)
    let result: CInt?
    switch parameter.kind {
    case .unsigned: result = UInt32(value).map { virTypedParamsAddUInt(&raw, &count, &capacity, name, $0) }
    case .unsignedLong: result = UInt64(value).map { virTypedParamsAddULLong(&raw, &count, &capacity, name, $0) }
    case .signed: result = Int32(value).map { virTypedParamsAddInt(&raw, &count, &capacity, name, $0) }
    case .signedLong: result = Int64(value).map { virTypedParamsAddLLong(&raw, &count, &capacity, name, $0) }
    case .text: result = virTypedParamsAddString(&raw, &count, &capacity, name, value)
    }
    guard let result else {
      throw LibvirtError(
        code: .invalidArgument, domain: .none, message: "'\(value)' is no value of \(name)", function: function)
    }
    try LibvirtError.check(result, function)
  }

  func set(_ family: SettingCall.Family, of name: String?, on domain: OpaquePointer, _ flags: UInt32) -> CInt {
    switch family {
    case .scheduler: virDomainSetSchedulerParametersFlags(domain, raw, count, flags)
    case .memory: virDomainSetMemoryParameters(domain, raw, count, flags)
    case .blockIO: virDomainSetBlkioParameters(domain, raw, count, flags)
    case .numa: virDomainSetNumaParameters(domain, raw, count, flags)
    case .diskIO: virDomainSetBlockIoTune(domain, name, raw, count, flags)
    case .bandwidth: virDomainSetInterfaceParameters(domain, name, raw, count, flags)
    }
  }
}
