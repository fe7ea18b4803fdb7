import Control
import TestSupport
import Vocabulary

/// A guest of the host that is upgraded, and what is expected of it: hardware, firmware and CPU of every sort that the
/// next Debian keeps, changes or no longer has. 64 MiB and nothing to boot: its hardware is all that counts.
struct UpgradedGuest: Sendable {
  let name: String
  let expected: HostCheckReport.Verdict
  var machine = "pc-q35-7.2"
  var cpu = UpgradedGuest.cpu("<model>qemu64</model>")
  var os = ""
  var firmware = ""
  var devices = ""
  var arguments: [String] = []

  /// What `verify` says of it afterwards.
  var outcome: HostVerification.Verdict {
    switch expected {
    case .same, .deprecated: .same
    case .unknown, .differs: .differs
    case .willNotStart: .notRunning
    }
  }

  func definition(_ host: PrivateHost) -> XMLText {
    let lines = arguments.map { "<qemu:arg value='\($0)'/>" }.joined()
    let commandLine = lines.isEmpty ? "" : "<qemu:commandline>\(lines)</qemu:commandline>"
    return XMLText(
      """
      <domain type='qemu' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
        <name>\(name)</name>
        <memory unit='MiB'>64</memory>
        <vcpu>1</vcpu>
        <os\(firmware)><type arch='x86_64' machine='\(machine)'>hvm</type>\(os)</os>
        <features><acpi/></features>
        \(cpu)
        <devices>\(devices.replacing("NETWORK", with: host.network))</devices>
        \(commandLine)
      </domain>
      """)
  }

  static func cpu(_ content: String, check: String = "none") -> String {
    "<cpu mode='custom' match='exact' check='\(check)'>\(content)</cpu>"
  }

  private static func card(_ model: String, _ more: String = "") -> String {
    "<interface type='network'><source network='NETWORK'/><model type='\(model)'/>\(more)</interface>"
  }

  private static func feature(_ name: String, _ policy: String = "require") -> String {
    "<model>qemu64</model><feature policy='\(policy)' name='\(name)'/>"
  }

  private static func loader(_ name: String, template: String) -> String {
    "<loader readonly='yes' type='pflash'>/usr/share/OVMF/\(name)</loader><nvram template='/usr/share/OVMF/\(template)'/>"
  }

  static let all = same + deprecated + changed + gone

  private static let same: [UpgradedGuest] = [
    UpgradedGuest(name: "q35", expected: .same),
    UpgradedGuest(name: "pc", expected: .same, machine: "pc-i440fx-7.2"),
    UpgradedGuest(name: "older-pc", expected: .same, machine: "pc-i440fx-7.1"),
    UpgradedGuest(name: "older-q35", expected: .same, machine: "pc-q35-7.1"),
    UpgradedGuest(
      name: "screen", expected: .same,
      devices: "<video><model type='qxl'/></video><graphics type='vnc' autoport='yes'/>"),
    UpgradedGuest(name: "cards", expected: .same, devices: card("virtio") + card("e1000e")),
    UpgradedGuest(
      name: "old-cards", expected: .same, machine: "pc-i440fx-7.2",
      devices: card("rtl8139") + card("e1000") + card("ne2k_pci") + card("pcnet")),
    UpgradedGuest(
      name: "devices", expected: .same,
      devices: "<sound model='ich9'/><watchdog model='i6300esb' action='reset'/>"
        + "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>"),
    UpgradedGuest(
      name: "usb", expected: .same, machine: "pc-i440fx-7.2",
      devices: "<controller type='usb' model='qemu-xhci'/><input type='tablet' bus='usb'/><panic model='isa'/>"),
    UpgradedGuest(
      name: "uefi", expected: .same, os: loader("OVMF_CODE_4M.fd", template: "OVMF_VARS_4M.fd")),
    UpgradedGuest(name: "chosen-uefi", expected: .same, firmware: " firmware='efi'"),
    UpgradedGuest(name: "checked-cpu", expected: .same, cpu: cpu("<model>Opteron_G2</model>", check: "partial")),
    UpgradedGuest(name: "nobody-has-it", expected: .same, cpu: cpu(feature("avx512f"))),
  ]

  private static let deprecated: [UpgradedGuest] = [
    UpgradedGuest(name: "old-q35", expected: .deprecated, machine: "pc-q35-6.2"),
    UpgradedGuest(name: "old-pc", expected: .deprecated, machine: "pc-i440fx-2.4"),
  ]

  /// The emulated CPU of QEMU 10 has other features than that of 7.2: it learned rdpid and x2apic, and forgot pcommit.
  private static let changed: [UpgradedGuest] = [
    UpgradedGuest(name: "host-model", expected: .differs, cpu: "<cpu mode='host-model'/>"),
    UpgradedGuest(
      name: "host-model-pc", expected: .differs, machine: "pc-i440fx-7.2", cpu: "<cpu mode='host-model'/>"),
    UpgradedGuest(name: "maximum", expected: .differs, cpu: "<cpu mode='maximum'/>"),
    UpgradedGuest(name: "haswell", expected: .differs, cpu: cpu("<model>Haswell</model>")),
    UpgradedGuest(name: "epyc", expected: .differs, cpu: cpu("<model>EPYC</model>")),
    UpgradedGuest(name: "milan", expected: .differs, cpu: cpu("<model>EPYC-Milan</model>")),
    UpgradedGuest(name: "forgotten", expected: .differs, cpu: cpu(feature("pcommit"))),
    UpgradedGuest(name: "learned", expected: .differs, cpu: cpu(feature("rdpid"))),
    UpgradedGuest(name: "learned-x2apic", expected: .differs, cpu: cpu(feature("x2apic"))),
    UpgradedGuest(name: "optional", expected: .differs, cpu: cpu(feature("pcommit", "optional"))),
  ]

  private static let gone: [UpgradedGuest] =
    ["1.4", "1.7", "2.0", "2.1", "2.3"].map { version in
      UpgradedGuest(name: "gone-\(version)", expected: .willNotStart, machine: "pc-i440fx-\(version)")
    } + [
      UpgradedGuest(
        name: "gone-feature", expected: .willNotStart, cpu: cpu(feature("pcommit"), check: "partial")),
      UpgradedGuest(
        name: "forbidden-feature", expected: .willNotStart, cpu: cpu(feature("x2apic", "forbid"), check: "partial")),
      UpgradedGuest(name: "gone-uefi", expected: .willNotStart, os: loader("OVMF_CODE.fd", template: "OVMF_VARS.fd")),
      UpgradedGuest(
        name: "gone-secure-uefi", expected: .willNotStart, os: loader("OVMF_CODE.ms.fd", template: "OVMF_VARS.ms.fd")),
      UpgradedGuest(
        name: "gone-rom", expected: .willNotStart,
        devices: card("virtio", "<rom file='/usr/lib/ipxe/qemu/efi-virtio.rom'/>")),
      UpgradedGuest(name: "gone-option", expected: .willNotStart, arguments: ["-no-hpet"]),
      UpgradedGuest(
        name: "gone-device", expected: .willNotStart, machine: "pc-i440fx-7.2", arguments: ["-device", "sga"]),
    ]
}
