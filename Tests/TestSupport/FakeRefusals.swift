import Libvirt

/// libvirt's refusals, with its codes, domains and texts.
extension LibvirtError {
  static func invalid(_ message: String, _ function: String) -> LibvirtError {
    LibvirtError(
      code: .operationInvalid, domain: .qemu, message: "Requested operation is not valid: " + message,
      function: function)
  }

  static func xml(_ message: String, _ function: String) -> LibvirtError {
    LibvirtError(code: .xmlError, domain: .domain, message: "XML error: " + message, function: function)
  }

  static func unsupported(_ message: String, _ function: String) -> LibvirtError {
    LibvirtError(
      code: .configUnsupported, domain: .domain, message: "unsupported configuration: " + message, function: function)
  }

  static func notSupported(_ message: String, _ function: String) -> LibvirtError {
    LibvirtError(
      code: .operationUnsupported, domain: .qemu, message: "Operation not supported: " + message, function: function)
  }

  static func missing(_ message: String, _ function: String) -> LibvirtError {
    LibvirtError(code: .deviceMissing, domain: .qemu, message: "device not found: " + message, function: function)
  }

  static func failed(_ message: String, _ function: String) -> LibvirtError {
    LibvirtError(code: .operationFailed, domain: .qemu, message: "operation failed: " + message, function: function)
  }

  static func `internal`(_ message: String, _ function: String) -> LibvirtError {
    LibvirtError(code: .internalError, domain: .qemu, message: "internal error: " + message, function: function)
  }
}
