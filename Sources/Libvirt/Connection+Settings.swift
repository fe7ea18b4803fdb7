internal import CLibvirt
package import Vocabulary

extension Connection {
  package func set(_ setting: SettingCall, of domain: DomainUUID, side: Side) async throws(LibvirtError) {
    if case .metadata(let element, let prefix, let uri) = setting {
      return try await setMetadata(element, prefix: prefix, uri: uri, of: domain, side: side)
    }
    try await call(on: domain) { (domain) throws(LibvirtError) in
      try LibvirtError.check(try Connection.make(setting, domain, side.flag), setting.function)
    }
  }

  package func autostart(of domain: DomainUUID) async throws(LibvirtError) -> Bool {
    try await call(on: domain) { (domain) throws(LibvirtError) in
      var isOn: CInt = 0
      try LibvirtError.check(virDomainGetAutostart(domain, &isOn), "virDomainGetAutostart")
      return isOn != 0
    }
  }

  private static func make(
    _ setting: SettingCall, _ domain: OpaquePointer, _ flags: UInt32
  ) throws(LibvirtError) -> CInt {
    switch setting {
    case .vcpus(let count): return virDomainSetVcpusFlags(domain, UInt32(clamping: count), flags)
    case .memory(let kibibytes): return virDomainSetMemoryFlags(domain, UInt(clamping: kibibytes), flags)
    case .statsPeriod(let seconds): return virDomainSetMemoryStatsPeriod(domain, CInt(clamping: seconds), flags)
    case .words(let words, let text):
      let type = words == .title ? VIR_DOMAIN_METADATA_TITLE : VIR_DOMAIN_METADATA_DESCRIPTION
      return virDomainSetMetadata(domain, CInt(type.rawValue), text, nil, nil, flags)
    case .metadata: return 0
    case .parameters(let family, let name, let parameters):
      var list = try ParameterList(parameters, for: setting.function)
      defer { list.free() }
      return list.set(family, of: name, on: domain, flags)
    case .pin(let thread, let cpus):
      var map = cpus.map
      let length = CInt(map.count)
      return map.withUnsafeMutableBufferPointer { map in
        switch thread {
        case .vcpu(let number): virDomainPinVcpuFlags(domain, UInt32(clamping: number), map.baseAddress, length, flags)
        case .emulator: virDomainPinEmulator(domain, map.baseAddress, length, flags)
        case .iothread(let number):
          virDomainPinIOThread(domain, UInt32(clamping: number), map.baseAddress, length, flags)
        }
      }
    case .addIOThread(let id): return virDomainAddIOThread(domain, UInt32(clamping: id), flags)
    case .removeIOThread(let id): return virDomainDelIOThread(domain, UInt32(clamping: id), flags)
    case .lifecycle(let event, let action):
      guard let number = actions.firstIndex(of: action) else {
        throw LibvirtError(
          code: .invalidArgument, domain: .none, message: "there is no action '\(action)'",
          function: setting.function)
      }
      return virDomainSetLifecycleAction(domain, event.number, UInt32(number), flags)
    case .autostart(let isOn): return virDomainSetAutostart(domain, isOn ? 1 : 0)
    }
  }

  /// `virDomainLifecycleAction`, by number.
  private static let actions = [
    "destroy", "restart", "rename-restart", "preserve", "coredump-destroy", "coredump-restart",
  ]
}

extension SettingCall.LifecycleEvent {
  fileprivate var number: UInt32 {
    switch self {
    case .poweroff: VIR_DOMAIN_LIFECYCLE_POWEROFF.rawValue
    case .reboot: VIR_DOMAIN_LIFECYCLE_REBOOT.rawValue
    case .crash: VIR_DOMAIN_LIFECYCLE_CRASH.rawValue
    }
  }
}

extension CPUSet {
  /// A bit for each host CPU, the lowest first.
  fileprivate var map: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: (numbers.last ?? 0) / 8 + 1)
    for number in numbers { bytes[number / 8] |= 1 << (number % 8) }
    return bytes
  }
}
