package import DomainXML
import Vocabulary

/// The whole grammar of `vmctl/v1` documents (design section 6 and the rules' table).
package enum IntentGrammar {
  package static let document = Grammar(
    "an intent",
    [
      .init("apiVersion", .scalar(.oneOf(["vmctl/v1"])), required: true, help: "vmctl/v1"),
      .init("kind", .scalar(.oneOf(["Domain"])), required: true, help: "Domain"),
      .init("metadata", .mapping(metadata), required: true, help: "which domain"),
      .init("spec", .mapping(spec), required: true, help: "what is wanted of it"),
    ])

  static let metadata = Grammar(
    "metadata",
    [
      .init("name", .domainName, required: true, help: "the domain's name, \(DomainName.rule)"),
      .init("uuid", .uuid, help: "checked where given; a new domain gets it"),
      .init("labels", .labels, help: "free words to select domains by"),
      .init("generation", .scalar(.number(1...UInt64(Int64.max))), help: "the client's own monotonic number"),
    ])

  static let spec = Grammar(
    "spec",
    [
      .init(
        "power", .scalar(.oneOf(["running", "stopped", "unmanaged"])), default: "unmanaged",
        help: "whether the domain runs"),
      .init("protected", .boolean, default: "false", help: "refuse to delete; only `unprotect` clears it"),
      .init(
        "role", .scalar(.oneOf(["controller"])),
        help: "controller: it runs who controls this host, and the API neither stops it nor cuts it off"),
      .init(
        "unlisted", .scalar(.oneOf(["keep", "remove"])), default: "keep",
        help: "what happens to devices that the document does not name"),
      .init("removals", .list(.deviceID), help: "ids whose removal is meant, where a guard rail would refuse it"),
      .init(
        "drift", .scalar(.oneOf(["reassert", "report"])), default: "reassert", help: "what to do with foreign changes"),
      .init("shutdown", .mapping(shutdown), help: "how long a shutdown may take"),
      .init(
        "onGuestShutdown", .scalar(.oneOf(["stay", "restart"])), default: "stay",
        help: "what to do when the guest shuts itself down"),
      .init("creation", .mapping(creation), help: "read once, when the domain does not exist"),
      .init(
        "applyAt", .scalar(.oneOf(["nextStart", "guestReboot"])), default: "nextStart",
        help: "whether a reboot of the guest's own applies what waits for the next boot"),
    ] + settings + [
      .init("devices", .list(.mapping(device)), help: "the devices; absent: nothing is attached or removed")
    ])

  /// Settings come from the catalogue: those of a group stand in a mapping of its name.
  static let settings: [Grammar.Key] = {
    var keys: [Grammar.Key] = []
    for setting in Catalogue.settings {
      let parts = setting.name.split(separator: ".").map(String.init)
      let shape = shape(of: setting)
      if parts.count == 1 {
        keys.append(.init(setting.name, shape, mayBeNull: setting.fallback != nil, help: setting.summary))
      } else if !keys.contains(where: { $0.name == parts[0] }) {
        let members = Catalogue.settings.filter { $0.name.hasPrefix(parts[0] + ".") }
        let grammar = Grammar(
          parts[0],
          members.map { member in
            .init(
              String(member.name.dropFirst(parts[0].count + 1)), Self.shape(of: member),
              mayBeNull: member.fallback != nil, help: member.summary)
          })
        keys.append(.init(parts[0], .mapping(grammar), help: members.map(\.summary).joined(separator: "; ")))
      }
    }
    return keys
  }()

  private static func shape(of setting: Setting) -> Shape {
    if setting.hasEntries { return .entries(setting.type) }
    switch setting.type {
    case .flag: return .boolean
    case .memory: return .memory
    case .element: return .list(.scalar(.element))
    default: return .scalar(setting.type)
    }
  }

  static let shutdown = Grammar(
    "shutdown",
    [
      .init("deadline", .duration, default: "5m", help: "how long the guest may take"),
      .init(
        "otherwise", .scalar(.oneOf(["keep", "destroy"])), default: "keep", help: "what happens after the deadline"),
    ])

  static let creation = Grammar(
    "creation",
    [
      .init("xml", .xml(element: "domain"), help: "a whole libvirt domain document, instead of the keys below"),
      .init("type", .scalar(.oneOf(["kvm", "qemu"])), help: "the virtualisation; default the best the host has"),
      .init("machine", .scalar(.word), default: "q35", help: "resolved to the versioned name at creation"),
      .init(
        "firmware", .either([.scalar(.oneOf(["bios", "efi"])), .mapping(firmware)]), default: "bios",
        help: "efi is resolved to explicit loader and NVRAM template"),
      .init("cpu", .mapping(cpu), help: "resolved to a custom model with features"),
      .init("memory", .memory, help: "boot memory"),
      .init("vcpus", .scalar(.number(1...4096)), default: "1", help: "the maximum of virtual CPUs"),
      .init("hotplugMemory", .mapping(hotplugMemory), help: "room for memory devices"),
      .init(
        "rootPorts", .scalar(.number(0...24)), default: "8",
        help: "PCI places left free after all devices are placed"),
      .init("kernel", .scalar(.path), help: "boots this kernel instead of a disk"),
      .init("initrd", .scalar(.path), help: "with kernel"),
      .init("cmdline", .scalar(.text), help: "with kernel"),
      .init(
        "serial", .either([.scalar(.oneOf(["pty", "none"])), .mapping(serial)]), default: "pty",
        help: "the first serial port"),
      .init("graphics", .scalar(.oneOf(["none", "vnc", "spice"])), default: "none", help: "the guest's screen"),
    ])

  static let firmware = Grammar(
    "firmware",
    [
      .init("type", .scalar(.oneOf(["bios", "efi"])), required: true, help: "bios or efi"),
      .init("follow", .scalar(.oneOf(["host"])), help: "keep it floating: chosen again at every cold boot"),
    ])

  static let cpu = Grammar(
    "cpu",
    [
      .init("model", .scalar(.word), required: true, help: "host-model, host-passthrough, maximum or a model's name"),
      .init("follow", .scalar(.oneOf(["host"])), help: "keep it floating: chosen again at every cold boot"),
    ])

  static let hotplugMemory = Grammar(
    "hotplugMemory",
    [
      .init("limit", .memory, required: true, help: "the most the domain can have in all"),
      .init("slots", .scalar(.number(1...256)), required: true, help: "how many memory devices"),
    ])

  static let serial = Grammar(
    "serial", [.init("file", .scalar(.path), required: true, help: "where the port's output goes")])

  /// Short forms come from the catalogue: a kind that has one adds its key here.
  package static let shortForms: [DeviceKind] = Catalogue.kinds.filter { $0.shortForm != nil }

  package static let device = Grammar(
    "a device",
    [
      .init("id", .deviceID, required: true, help: "the device's name for life, \(DeviceID.rule)"),
      .init("xml", .xml(element: nil), help: "any libvirt device element"),
      .init("reference", .mapping(reference), help: "binds the id to a device that is already there"),
      .init("bootOrder", .scalar(.number(1...65535)), help: "1 is tried first"),
      .init("sides", .scalar(.oneOf(["both", "live", "persistent"])), default: "both", help: "where it is wanted"),
      .init("was", .deviceID, help: "the id it had before"),
      .init(
        "replace", .scalar(.oneOf(["refused", "allowed"])), default: "refused",
        help: "whether it may be detached and attached to change it"),
      .init("unplug", .mapping(unplug), help: "how long the guest may take to let go"),
      .init(
        "protected", .boolean, default: "false", help: "neither changed nor detached; only `unprotect` clears it"),
      .init(
        "drift", .scalar(.oneOf(["reassert", "report"])),
        help: "what to do with foreign changes; default what spec.drift says"),
      .init("address", .mapping(address), help: "an explicit slot"),
      .init(
        "media", .mapping(media), mayBeNull: true,
        help: "what is in a CD-ROM or floppy drive, asserted when it changes; null: nothing"),
    ]
      + shortForms.map { kind in
        .init(kind.name, .mapping(grammar(of: kind)), help: kind.summary)
      },
    oneOf: ["xml", "reference"] + shortForms.map(\.name))

  static func grammar(of kind: DeviceKind) -> Grammar {
    guard let form = kind.shortForm else { return Grammar(kind.name, []) }
    var keys: [Grammar.Key] = []
    for field in form.fields {
      let parts = field.key.split(separator: ".", maxSplits: 1).map(String.init)
      if parts.count == 1 {
        keys.append(key(field, named: field.key, of: kind))
      } else if !keys.contains(where: { $0.name == parts[0] }) {
        // A group of fields that stand in an element of their own: null for all of them at once.
        let members = form.fields.filter { $0.key.hasPrefix(parts[0] + ".") }
        let grammar = Grammar(
          parts[0], members.map { key($0, named: String($0.key.dropFirst(parts[0].count + 1)), of: kind) })
        keys.append(
          .init(
            parts[0], .mapping(grammar), mayBeNull: members.contains { kind.field(at: $0.path)?.absent != nil },
            help: "limits that change live; null: none"))
      }
    }
    return Grammar(kind.name, keys, oneOf: form.mayBeNone == nil ? form.oneOf : [])
  }

  private static func key(_ field: ShortField, named name: String, of kind: DeviceKind) -> Grammar.Key {
    let shape: Shape =
      switch field.type {
      case .flag: .boolean
      case .memory: .memory
      default: .scalar(field.type)
      }
    return .init(
      name, shape, required: field.required, mayBeNull: kind.field(at: field.path)?.absent != nil, help: field.help)
  }

  static let reference = Grammar(
    "reference",
    Catalogue.elements.map { element in
      .init(
        element, .scalar(.text), help: "its place among the \(element) devices, from 0, or what identifies it")
    }, oneOf: Catalogue.elements)

  static let unplug = Grammar(
    "unplug",
    [
      .init("deadline", .duration, default: "2m", help: "how long the guest may take"),
      .init(
        "otherwise", .scalar(.oneOf(["keep", "nextBoot"])), default: "keep", help: "what happens after the deadline"),
    ])

  static let media = Grammar(
    "media",
    [
      .init("file", .scalar(.path), required: true, help: "an image file on the host"),
      .init(
        "format", .scalar(.oneOf(["raw", "qcow2", "vmdk", "vdi", "vhdx", "qed"])), default: "raw",
        help: "the image's format"),
      .init("once", .boolean, default: "false", help: "not any more once the domain has booted with it"),
      .init("force", .boolean, default: "false", help: "also where the guest has locked the tray"),
    ])

  static let address = Grammar(
    "address",
    [
      .init(
        "type", .scalar(.oneOf(["pci", "drive", "usb", "virtio-serial", "dimm"])), required: true,
        help: "libvirt's type")
    ]
      + ["domain", "bus", "slot", "function", "controller", "target", "unit"].map { name in
        .init(name, .scalar(.number(0...0xffff)), help: "as in libvirt's <address>")
      } + [
        .init("port", .scalar(.word), help: "as in libvirt's <address>"),
        .init("base", .scalar(.number(0...UInt64(Int64.max))), help: "as in libvirt's <address>"),
      ])

  /// The keys that an address of a type may have, and of these the ones that it needs.
  static let addressKeys: [String: (allowed: [String], needed: [String])] = [
    "pci": (["domain", "bus", "slot", "function"], ["bus", "slot"]),
    "drive": (["controller", "bus", "target", "unit"], ["unit"]),
    "usb": (["bus", "port"], ["port"]),
    "virtio-serial": (["controller", "bus", "port"], ["port"]),
    "dimm": (["slot", "base"], ["slot"]),
  ]
}
