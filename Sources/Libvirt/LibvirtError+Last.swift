internal import CLibvirt

extension LibvirtError {
  /// What libvirt says of the call that just failed. Kept per thread: call it on the thread of the call, before
  /// anything else of libvirt.
  static func last(_ function: String) -> LibvirtError {
    guard let error = virGetLastError() else {
      return LibvirtError(code: .init(rawValue: 0), domain: .none, message: "no reason given", function: function)
    }
    return LibvirtError(
      code: Code(rawValue: error.pointee.code), domain: Domain(rawValue: error.pointee.domain),
      message: error.pointee.message.map { String(cString: $0) } ?? "no message", function: function)
  }

  /// For C functions that return -1 when they fail and otherwise say nothing.
  static func check(_ result: CInt, _ function: String) throws(LibvirtError) {
    guard result >= 0 else { throw last(function) }
  }

  /// For C functions that return -1 when they fail and otherwise a number.
  static func number(_ result: CInt, _ function: String) throws(LibvirtError) -> Int {
    guard result >= 0 else { throw last(function) }
    return Int(result)
  }

  /// For C functions that return NULL when they fail.
  static func check<T>(_ result: T?, _ function: String) throws(LibvirtError) -> T {
    guard let result else { throw last(function) }
    return result
  }
}
