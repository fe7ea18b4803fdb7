internal import Digests
package import DomainXML
package import Vocabulary

/// A document that says what is wanted of one domain: parsed and valid by itself. What is absent is `nil`: no
/// opinion (R1).
package struct IntentDocument: Sendable {
  package enum Power: String, Sendable, Hashable { case running, stopped, unmanaged }
  package enum Unlisted: String, Sendable, Hashable { case keep, remove }
  package enum Drift: String, Sendable, Hashable { case reassert, report }
  package enum ApplyAt: String, Sendable, Hashable { case nextStart, guestReboot }
  /// What the domain is to whoever controls the host (E9, E13).
  package enum Role: String, Sendable, Hashable {
    /// It runs the controller itself, or vmctl's caller.
    case controller
  }
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
  package var role: Role?
  package let creation: CreationIntent?
  package var settings: [WantedSetting] = []
  package var applyAt: ApplyAt = .nextStart
  /// `nil`: devices are not stated, so nothing is attached or removed (R2).
  package let devices: [WantedDevice]?

  /// Whether a domain would be made from keys rather than from XML.
  package var isStatedCreation: Bool {
    if case .stated = creation?.content { return true }
    return false
  }

  /// A setting that has one value.
  package func value(of setting: String) -> String? { settings.first { $0.setting.name == setting }?.value }

  /// What is stated of settings, for telling a foreign change from a new document (R8).
  package var settingsDigest: Digest {
    Digest(of: settings.map { "\($0.path)=\($0.value)" }.joined(separator: "\n"))
  }

  package var vcpus: UInt64? { value(of: "vcpus").flatMap { parseNumber($0) } }
  /// KiB.
  package var memory: UInt64? { value(of: "memory").flatMap { parseNumber($0) } }

  /// Files of the host that the document names: what to look at before planning.
  package var mentionedPaths: Set<String> {
    var paths = Set(mentioned(\.files))
    switch creation?.content {
    case .stated(let stated): paths.formUnion([stated.kernel, stated.initrd].compactMap { $0 })
    case .xml(let document):
      paths.formUnion(CreationIntent.systemFiles.compactMap { document.root.value(at: $0) })
    case nil: break
    }
    return paths
  }

  package var mentionedNetworks: Set<String> { Set(mentioned(\.networks)) }

  /// The values of some fields of all devices: those of the list and those of `creation.xml`.
  private func mentioned(_ fields: KeyPath<DeviceKind, [FieldPath]>) -> [String] {
    var elements = (devices ?? []).compactMap { device in device.element.map { Device($0, kind: device.kind) } }
    if case .xml(let document) = creation?.content, let definition = try? DomainDefinition(document) {
      elements += definition.devices
    }
    return elements.flatMap { device in
      device.kind[keyPath: fields].compactMap { device.element.value(at: $0) }
    }
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

  /// Files that a definition names beside its devices, and that must be there before the domain starts.
  package static let systemFiles: [FieldPath] = ["os/kernel", "os/initrd", "os/loader"]
}
