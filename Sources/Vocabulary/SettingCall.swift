/// A libvirt call that sets something of a domain which is no device, with its values. What each means stands in the
/// catalogue; that libvirt took the call says nothing of what came of it (I5).
package enum SettingCall: Sendable, Hashable {
  /// Calls that take a list of typed parameters.
  package enum Family: String, Sendable, Hashable, CaseIterable {
    case scheduler, memory, blockIO, numa
    /// Of one disk, named by its target.
    case diskIO
    /// Of one card, named by its MAC.
    case bandwidth
  }

  package enum Pinned: Sendable, Hashable {
    case vcpu(UInt64)
    case emulator
    case iothread(UInt64)
  }

  package enum LifecycleEvent: String, Sendable, Hashable, CaseIterable { case poweroff, reboot, crash }

  package enum Words: String, Sendable, Hashable, CaseIterable { case title, description }

  /// Virtual CPUs that are online.
  case vcpus(UInt64)
  /// KiB, memory devices included, as libvirt counts.
  case memory(UInt64)
  /// Seconds between two looks at the balloon's statistics; 0: none.
  case statsPeriod(UInt64)
  /// `nil` removes them.
  case words(Words, String?)
  /// The one element of a namespace; `nil` removes it.
  case metadata(XMLText?, prefix: String, uri: String)
  case parameters(Family, of: String?, [TypedParameter])
  case pin(Pinned, CPUSet)
  case addIOThread(UInt64)
  case removeIOThread(UInt64)
  case lifecycle(LifecycleEvent, String)
  /// Belongs to no side.
  case autostart(Bool)

  /// The C function that carries it out.
  package var function: String {
    switch self {
    case .vcpus: "virDomainSetVcpusFlags"
    case .memory: "virDomainSetMemoryFlags"
    case .statsPeriod: "virDomainSetMemoryStatsPeriod"
    case .words, .metadata: "virDomainSetMetadata"
    case .parameters(let family, _, _): family.function
    case .pin(.vcpu, _): "virDomainPinVcpuFlags"
    case .pin(.emulator, _): "virDomainPinEmulator"
    case .pin(.iothread, _): "virDomainPinIOThread"
    case .addIOThread: "virDomainAddIOThread"
    case .removeIOThread: "virDomainDelIOThread"
    case .lifecycle: "virDomainSetLifecycleAction"
    case .autostart: "virDomainSetAutostart"
    }
  }
}

extension SettingCall.Family {
  package var function: String {
    switch self {
    case .scheduler: "virDomainSetSchedulerParametersFlags"
    case .memory: "virDomainSetMemoryParameters"
    case .blockIO: "virDomainSetBlkioParameters"
    case .numa: "virDomainSetNumaParameters"
    case .diskIO: "virDomainSetBlockIoTune"
    case .bandwidth: "virDomainSetInterfaceParameters"
    }
  }
}

/// One of libvirt's typed parameters (`virTypedParameter`): a call refuses one of another type than it expects.
package struct TypedParameter: Sendable, Hashable {
  package enum Kind: Sendable, Hashable { case unsigned, unsignedLong, signed, signedLong, text }

  package let name: String
  package let kind: Kind
  /// As documents and XML write it.
  package let value: String

  package init(_ name: String, _ kind: Kind, _ value: String) {
    self.name = name
    self.kind = kind
    self.value = value
  }
}
