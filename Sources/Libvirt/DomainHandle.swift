internal import CLibvirt
internal import Vocabulary

/// A `virDomainPtr` for the length of one operation. The pointer is to be had in `use` only, whose borrow keeps it
/// alive: a bare property could be read from a handle that ends with the reading.
struct DomainHandle: ~Copyable {
  private let raw: OpaquePointer

  /// Asks the daemon for the domain; code `noDomain` where there is none.
  init(_ reference: DomainReference, on connection: OpaquePointer) throws(LibvirtError) {
    switch reference {
    case .uuid(let uuid):
      raw = try LibvirtError.check(virDomainLookupByUUID(connection, uuid.bytes), "virDomainLookupByUUID")
    case .name(let name):
      raw = try LibvirtError.check(virDomainLookupByName(connection, name), "virDomainLookupByName")
    }
  }

  /// Takes over a handle that libvirt returned.
  init(taking raw: OpaquePointer) { self.raw = raw }

  /// Another handle of the same domain, at no cost of a look-up: its id is of the time of the other's.
  init(sharing raw: OpaquePointer) {
    virDomainRef(raw)
    self.raw = raw
  }

  deinit { virDomainFree(raw) }

  func use<T>(_ body: (OpaquePointer) throws(LibvirtError) -> T) throws(LibvirtError) -> T { try body(raw) }

  func uuid() throws(LibvirtError) -> DomainUUID {
    try LibvirtError.check(DomainUUID(of: raw), "virDomainGetUUID")
  }

  func name() throws(LibvirtError) -> String {
    String(cString: try LibvirtError.check(virDomainGetName(raw), "virDomainGetName"))
  }

  /// The id at the time of the look-up; `nil` while the domain is not active.
  var id: Int? {
    let id = virDomainGetID(raw)
    return id == .max ? nil : Int(id)
  }

  func state() throws(LibvirtError) -> (state: DomainState, stopReason: StopReason?) {
    var state: CInt = 0
    var reason: CInt = 0
    try LibvirtError.check(virDomainGetState(raw, &state, &reason, 0), "virDomainGetState")
    return (DomainState(state), DomainState(state) == .shutOff ? StopReason(reason) : nil)
  }

  func isPersistent() throws(LibvirtError) -> Bool {
    try LibvirtError.number(virDomainIsPersistent(raw), "virDomainIsPersistent") == 1
  }

  func hasManagedSave() throws(LibvirtError) -> Bool {
    try LibvirtError.number(virDomainHasManagedSaveImage(raw, 0), "virDomainHasManagedSaveImage") == 1
  }

  /// Which of the two definitions; never with secrets (I8).
  enum Definition {
    /// The live one, or the persistent one of a domain that is not active.
    case current
    case inactive
  }

  func xml(_ definition: Definition = .current) throws(LibvirtError) -> XMLText {
    let flags = definition == .inactive ? VIR_DOMAIN_XML_INACTIVE.rawValue : 0
    return XMLText(taking: try LibvirtError.check(virDomainGetXMLDesc(raw, flags), "virDomainGetXMLDesc"))
  }
}

extension DomainUUID {
  init?(of domain: OpaquePointer) {
    var bytes = [UInt8](repeating: 0, count: 16)
    guard virDomainGetUUID(domain, &bytes) == 0 else { return nil }
    var words: [UInt64] = [0, 0]
    for (index, byte) in bytes.enumerated() { words[index / 8] = words[index / 8] << 8 | UInt64(byte) }
    self.init(high: words[0], low: words[1])
  }
}

extension DomainState {
  /// A number that this program does not know is `noState`, as libvirt itself uses it for "cannot be said".
  init(_ number: CInt) {
    switch virDomainState(rawValue: UInt32(bitPattern: number)) {
    case VIR_DOMAIN_RUNNING: self = .running
    case VIR_DOMAIN_BLOCKED: self = .blocked
    case VIR_DOMAIN_PAUSED: self = .paused
    case VIR_DOMAIN_SHUTDOWN: self = .shuttingDown
    case VIR_DOMAIN_SHUTOFF: self = .shutOff
    case VIR_DOMAIN_CRASHED: self = .crashed
    case VIR_DOMAIN_PMSUSPENDED: self = .suspended
    default: self = .noState
    }
  }
}

extension StopReason {
  init(_ number: CInt) {
    switch virDomainShutoffReason(rawValue: UInt32(bitPattern: number)) {
    case VIR_DOMAIN_SHUTOFF_SHUTDOWN: self = .shutdown
    case VIR_DOMAIN_SHUTOFF_DESTROYED: self = .destroyed
    case VIR_DOMAIN_SHUTOFF_CRASHED: self = .crashed
    case VIR_DOMAIN_SHUTOFF_MIGRATED: self = .migrated
    case VIR_DOMAIN_SHUTOFF_SAVED: self = .saved
    case VIR_DOMAIN_SHUTOFF_FAILED: self = .failed
    case VIR_DOMAIN_SHUTOFF_FROM_SNAPSHOT: self = .snapshot
    case VIR_DOMAIN_SHUTOFF_DAEMON: self = .daemon
    default: self = .unknown
    }
  }
}

extension Side {
  /// `VIR_DOMAIN_AFFECT_LIVE` or `VIR_DOMAIN_AFFECT_CONFIG`, never both: libvirt picks addresses for each side by
  /// itself, and with both it may do one half only (faults.md 0.1, 0.3).
  var flag: UInt32 {
    switch self {
    case .live: VIR_DOMAIN_AFFECT_LIVE.rawValue
    case .persistent: VIR_DOMAIN_AFFECT_CONFIG.rawValue
    }
  }
}
