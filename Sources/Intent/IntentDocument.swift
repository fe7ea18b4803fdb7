package import DomainXML
package import Vocabulary

/// A document that says what is wanted of one domain: parsed and valid by itself. What is absent is `nil`: no
/// opinion (R1).
package struct IntentDocument: Sendable {
  package enum Power: String, Sendable, Hashable { case running, stopped, unmanaged }
  package enum Unlisted: String, Sendable, Hashable { case keep, remove }
  package enum Drift: String, Sendable, Hashable { case reassert, report }
  package enum OnGuestShutdown: String, Sendable, Hashable { case stay, restart }

  package struct Shutdown: Sendable, Hashable {
    package enum Otherwise: String, Sendable, Hashable { case keep, destroy }
    package var deadline: Duration = .seconds(300)
    package var otherwise: Otherwise = .keep

    package init() {}
  }

  package let source: String
  /// The document as given, for the store.
  package let text: [UInt8]
  package let canonicalDigest: Digest
  package let name: DomainName
  package let uuid: DomainUUID?
  package let labels: [String: String]
  package let clientGeneration: Int64?
  package let power: Power
  package let isProtected: Bool
  package let unlisted: Unlisted
  package let removals: Set<DeviceID>
  package let drift: Drift
  package let shutdown: Shutdown
  package let onGuestShutdown: OnGuestShutdown
  package let creation: CreationIntent?
  package let vcpus: UInt64?
  /// KiB.
  package let memory: UInt64?
  /// `nil`: devices are not stated, so nothing is attached or removed (R2).
  package let devices: [WantedDevice]?

  /// Files of the host that the document names: what to look at before planning.
  package var mentionedPaths: Set<String> {
    var paths: Set<String> = []
    for device in devices ?? [] {
      guard let element = device.element else { continue }
      for field in device.kind.files { if let path = element.value(at: field) { paths.insert(path) } }
    }
    if case .stated(let stated) = creation?.content {
      for path in [stated.kernel, stated.initrd] { if let path { paths.insert(path) } }
    }
    return paths
  }

  package var mentionedNetworks: Set<String> {
    var names: Set<String> = []
    for device in devices ?? [] {
      guard let element = device.element else { continue }
      for field in device.kind.networks { if let name = element.value(at: field) { names.insert(name) } }
    }
    return names
  }
}

/// How a domain is made when it does not exist. Read once (R10).
package struct CreationIntent: Sendable {
  package enum Firmware: Sendable, Hashable {
    case bios
    case efi(followHost: Bool)
  }

  package enum Serial: Sendable, Hashable {
    case pty, none
    case file(String)
  }

  package struct CPU: Sendable, Hashable {
    package let model: String
    package let followHost: Bool
  }

  package struct HotplugMemory: Sendable, Hashable {
    /// KiB.
    package let limit: UInt64
    package let slots: UInt64
  }

  package struct Stated: Sendable {
    package let type: String?
    package let machine: String
    package let firmware: Firmware
    package let cpu: CPU?
    /// KiB.
    package let memory: UInt64
    package let vcpus: UInt64
    package let hotplugMemory: HotplugMemory?
    package let rootPorts: UInt64
    package let kernel: String?
    package let initrd: String?
    package let cmdline: String?
    package let serial: Serial
    /// `none`, `vnc` or `spice`.
    package let graphics: String
  }

  package enum Content: Sendable {
    case stated(Stated)
    case xml(DomainDocument)
  }

  package let content: Content
  package let digest: Digest
}
