import DomainXML
import Vocabulary

/// How libvirt writes a device: two spaces, single quotes, children in the order of its formatter, comments gone.
enum LibvirtStyle {
  /// The element on lines of its own, not indented.
  static func text(of element: Element) -> XMLText {
    var writer = XMLWriter()
    write(element, to: &writer)
    return writer.finish()
  }

  static func write(_ element: Element, to writer: inout XMLWriter) {
    writer.begin(element.name)
    for (name, value) in element.attributes { writer.attribute(name, value) }
    let children = sorted(Array(element.children), of: element.name)
    if children.isEmpty {
      let text = element.trimmedText
      if !text.isEmpty { writer.content(text) }
    }
    for child in children { write(child, to: &writer) }
    writer.end()
  }

  /// The same text further in, for a place inside a document.
  static func indented(_ text: XMLText, by columns: Int = 4) -> XMLText {
    let space = String(repeating: " ", count: columns)
    return XMLText(text.shown.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\n" + space))
  }

  private static func sorted(_ children: [Element], of parent: String) -> [Element] {
    let first = order[parent] ?? []
    let last = ["boot", "alias", "rom", "address"]
    func rank(_ name: String) -> Int {
      if let place = last.firstIndex(of: name), order[parent] != nil || devices.contains(parent) { return 200 + place }
      return first.firstIndex(of: name) ?? 100
    }
    return children.enumerated().sorted { (rank($0.element.name), $0.offset) < (rank($1.element.name), $1.offset) }
      .map(\.element)
  }

  private static let order: [String: [String]] = [
    "disk": [
      "driver", "auth", "source", "backingStore", "mirror", "target", "iotune", "readonly", "shareable", "serial",
    ],
    "interface": [
      "mac", "source", "virtualport", "script", "target", "guest", "model", "driver", "backend", "filterref", "tune",
      "link", "mtu", "coalesce",
    ],
    "controller": ["model", "target", "driver"],
    "rng": ["rate", "backend", "driver"],
    "serial": ["source", "protocol", "target"], "console": ["source", "protocol", "target"],
    "channel": ["source", "protocol", "target"],
  ]

  /// The children of `<domain>`.
  static let domain = [
    "name", "uuid", "genid", "title", "description", "metadata", "maxMemory", "memory", "currentMemory",
    "memoryBacking", "blkiotune", "memtune", "numatune", "vcpu", "vcpus", "iothreads", "iothreadids", "cputune",
    "resource", "sysinfo", "os", "idmap", "features", "cpu", "clock", "on_poweroff", "on_reboot", "on_crash", "pm",
    "perf", "devices", "seclabel", "launchSecurity", "keywrap",
  ]

  /// The children of `<devices>`. libvirt puts a new device behind the last of its kind.
  static let devices = [
    "emulator", "disk", "controller", "lease", "filesystem", "interface", "smartcard", "serial", "parallel", "console",
    "channel", "input", "tpm", "graphics", "sound", "audio", "video", "hostdev", "redirdev", "redirfilter", "hub",
    "watchdog", "memballoon", "rng", "nvram", "panic", "shmem", "memory", "iommu", "vsock", "crypto", "pstore",
  ]
}
