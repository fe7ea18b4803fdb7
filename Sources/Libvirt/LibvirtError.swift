internal import CLibvirt

/// An error as libvirt reported it, or one of this room's own with domain `none`.
///
/// The code alone decides little: one code has several meanings (T12, T18), and drivers differ in which they use.
/// Decide from what a fresh read shows wherever that is possible.
package struct LibvirtError: Error, Sendable, Hashable, CustomStringConvertible {
  package let code: Code
  package let domain: Domain
  /// libvirt's text, word for word. For showing, never for deciding.
  package let message: String
  /// The C function that failed.
  package let function: String

  package init(code: Code, domain: Domain, message: String, function: String) {
    self.code = code
    self.domain = domain
    self.message = message
    self.function = function
  }

  package var description: String {
    "\(function): \(message) (code \(code.rawValue), domain \(domain.rawValue))"
  }

  /// libvirt has no domain of that UUID or name.
  package var meansNoSuchDomain: Bool { code == .noDomain }

  /// There is no usable connection to the daemon (any more): the call's outcome is unknown, and every later call on
  /// this connection fails.
  ///
  /// The client library says so with its own RPC layer as the domain: `systemError` when the connection breaks during
  /// a call or cannot be made, `internalError` for a closed socket and for a keepalive that ran out (faults.md 2.1).
  /// The same codes of other domains come from a daemon that is well: 38/qemu is a broken monitor, 38/none a full
  /// disk. `rpc` (39) is not among them: a message over libvirt's 4 MiB is refused with the connection intact.
  package var meansConnectionLost: Bool {
    switch code {
    case .invalidConnection: true
    case .systemError, .internalError: domain == .rpc
    default: false
    }
  }

  /// `virErrorNumber`. A struct, so that the codes of a newer libvirt survive.
  package struct Code: RawRepresentable, Sendable, Hashable, Codable {
    package let rawValue: Int32

    package init(rawValue: Int32) { self.rawValue = rawValue }

    private init(_ number: virErrorNumber) { rawValue = Int32(bitPattern: number.rawValue) }

    /// 1: also "no device found with alias", an unplug that is already pending, a full set of PCI slots.
    package static let internalError = Code(VIR_ERR_INTERNAL_ERROR)
    /// 3: the driver has no such call.
    package static let noSupport = Code(VIR_ERR_NO_SUPPORT)
    package static let noConnection = Code(VIR_ERR_NO_CONNECT)
    package static let invalidConnection = Code(VIR_ERR_INVALID_CONN)
    package static let invalidDomain = Code(VIR_ERR_INVALID_DOMAIN)
    /// 8: also the update of a device that is not there.
    package static let invalidArgument = Code(VIR_ERR_INVALID_ARG)
    /// 9: also a definition whose name or UUID is taken, and an unplug that the guest refused.
    package static let operationFailed = Code(VIR_ERR_OPERATION_FAILED)
    /// 27: also a device whose target or address is in use on the live side.
    package static let xmlError = Code(VIR_ERR_XML_ERROR)
    /// 28. The QEMU driver says 9 instead where a name or UUID is taken.
    package static let domainExists = Code(VIR_ERR_DOM_EXIST)
    /// 29: a read-only connection, or not allowed.
    package static let operationDenied = Code(VIR_ERR_OPERATION_DENIED)
    /// 35: not well-formed.
    package static let xmlDetail = Code(VIR_ERR_XML_DETAIL)
    package static let systemError = Code(VIR_ERR_SYSTEM_ERROR)
    /// 39: also a message over 4 MiB.
    package static let rpc = Code(VIR_ERR_RPC)
    package static let noDomain = Code(VIR_ERR_NO_DOMAIN)
    package static let authenticationFailed = Code(VIR_ERR_AUTH_FAILED)
    /// 55: the domain's state does not allow it; also a target that is taken on the persistent side.
    package static let operationInvalid = Code(VIR_ERR_OPERATION_INVALID)
    package static let configUnsupported = Code(VIR_ERR_CONFIG_UNSUPPORTED)
    /// 68: a lock that another call held for 30 s, or an unplug of a virtual CPU of unknown outcome (T12, T18).
    package static let operationTimeout = Code(VIR_ERR_OPERATION_TIMEOUT)
    package static let argumentUnsupported = Code(VIR_ERR_ARGUMENT_UNSUPPORTED)
    package static let operationAborted = Code(VIR_ERR_OPERATION_ABORTED)
    package static let noDomainMetadata = Code(VIR_ERR_NO_DOMAIN_METADATA)
    package static let operationUnsupported = Code(VIR_ERR_OPERATION_UNSUPPORTED)
    package static let resourceBusy = Code(VIR_ERR_RESOURCE_BUSY)
    package static let accessDenied = Code(VIR_ERR_ACCESS_DENIED)
    package static let xmlInvalidSchema = Code(VIR_ERR_XML_INVALID_SCHEMA)
    /// 99: no such device, where it was named by XML.
    package static let deviceMissing = Code(VIR_ERR_DEVICE_MISSING)
  }

  /// `virErrorDomain`: the part of libvirt that speaks. Of several domains, only these decide anything here.
  package struct Domain: RawRepresentable, Sendable, Hashable, Codable {
    package let rawValue: Int32

    package init(rawValue: Int32) { self.rawValue = rawValue }

    private init(_ number: virErrorDomain) { rawValue = Int32(bitPattern: number.rawValue) }

    package static let none = Domain(VIR_FROM_NONE)
    package static let rpc = Domain(VIR_FROM_RPC)
    package static let qemu = Domain(VIR_FROM_QEMU)
    package static let test = Domain(VIR_FROM_TEST)
    package static let remote = Domain(VIR_FROM_REMOTE)
    package static let domain = Domain(VIR_FROM_DOMAIN)
    package static let device = Domain(VIR_FROM_DEVICE)
  }
}
