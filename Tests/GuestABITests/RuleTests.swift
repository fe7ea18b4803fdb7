import DomainXML
import GuestABI
import Testing
import Vocabulary

/// One place changed, and what libvirt's check or the guest makes of it. Each case names the rule.
@Suite struct RuleTests {
  struct Change: Sendable, CustomTestStringConvertible {
    let rule: String
    let old: String
    let new: String
    var testDescription: String { "\(rule): \(new)" }

    init(_ rule: String, _ old: String, _ new: String) {
      self.rule = rule
      self.old = old
      self.new = new
    }
  }

  static let broken = [
    Change("domain/@type", "type='kvm'", "type='qemu'"),
    Change("domain/name", "<name>web-1", "<name>web-2"),
    Change("domain/uuid", "0b7c5d1e", "0b7c5d1f"),
    Change("domain/os/type/@machine", "pc-q35-7.2", "pc-q35-8.0"),
    Change("domain/vcpu", ">4</vcpu>", ">5</vcpu>"),
    Change("domain/vcpus", "current='2'", "current='3'"),
    Change("domain/memory", "<memory unit='KiB'>2097152", "<memory unit='KiB'>2097153"),
    Change("domain/features/acpi", "<acpi/>", ""),
    Change("domain/features/hyperv/relaxed/@state", "<relaxed state='on'/>", ""),
    Change("domain/features/hyperv/spinlocks/@retries", "retries='8191'", "retries='4095'"),
    Change("domain/features/hyperv/spinlocks/@retries", "<spinlocks state='on' retries='8191'/>", ""),
    Change("domain/features/vmport/@state", "<vmport state='off'/>", ""),
    Change("domain/cpu/@check", "check='partial'", "check='full'"),
    Change("domain/cpu/model", "Skylake-Server", "Skylake-Client"),
    Change("domain/cpu/topology/@cores", "cores='4'", "cores='2'"),
    Change("domain/cpu/feature/@policy", "policy='disable'", "policy='require'"),
    Change("domain/cpu/numa/cell/@memory", "cpus='2-3' memory='1048576'", "cpus='2-3' memory='1048577'"),
    Change("domain/cpu/numa/cell/@cpus", "cpus='2-3'", "cpus='2'"),
    Change("domain/clock/timer", "<timer name='hpet' present='no'/>", ""),
    Change("domain/clock/timer/@present", "present='no'", "present='yes'"),
    Change("domain/sysinfo/system/entry", "S-1", "S-2"),
    Change("disk/serial", "<serial>root-1", "<serial>root-2"),
    Change("disk/serial", "<serial>root-1</serial>", ""),
    Change("disk/readonly", "<serial>root-1</serial>", "<serial>root-1</serial><readonly/>"),
    Change("disk/driver/@queues", "<driver name='qemu' type='qcow2'/>", "<driver name='qemu' queues='2'/>"),
    Change("device/address/@bus", "bus='0x04' slot='0x00'", "bus='0x05' slot='0x00'"),
    Change("controller/@ports", "ports='15'", "ports='8'"),
    Change("controller/@model", "model='qemu-xhci'", "model='nec-xhci'"),
    Change("interface/mac/@address", "52:54:00:12:34:56", "52:54:00:12:34:57"),
    Change("interface/model/@type", "model type='virtio'", "model type='e1000e'"),
    Change("virtio/driver", "<model type='virtio'/>", "<model type='virtio'/><driver name='vhost'/>"),
    Change("channel/target/@name", "org.qemu.guest_agent.0", "org.example.0"),
    Change("device/address/@port", "port='1'/>\n    </channel>", "port='2'/>\n    </channel>"),
    Change("input/@bus", "<input type='tablet' bus='usb'>", "<input type='tablet' bus='virtio'>"),
    Change("memballoon/@model", "<memballoon model='virtio'/>", "<memballoon model='none'/>"),
    Change("virtio/driver", "<memballoon model='virtio'/>", "<memballoon model='virtio'><driver/></memballoon>"),
  ]

  @Test(arguments: broken) func `what libvirt compares breaks the pair`(_ change: Change) throws {
    let comparison = try Pair.compare((change.old, change.new))
    #expect(comparison.verdict == .broken)
    #expect(comparison.findings.contains { $0.rule == change.rule && $0.tier == .libvirt }, "\(comparison.findings)")
  }

  static let changed = [
    Change("domain/os/loader", "OVMF_CODE_4M.fd", "OVMF_CODE.fd"),
    Change("domain/os/boot/@dev", "<boot dev='hd'/>", "<boot dev='network'/>"),
    Change("domain/sysinfo/oemStrings", "ds=nocloud", "ds=none"),
    Change("domain/clock/@offset", "offset='utc'", "offset='localtime'"),
    Change("domain/clock/timer/@tickpolicy", "tickpolicy='catchup'", "tickpolicy='delay'"),
    Change("controller/target/@chassis", "chassis='4'", "chassis='5'"),
    Change("controller/target/@port", "port='0x13'", "port='0x14'"),
    Change("device/address/@multifunction", " multifunction='on'", ""),
    Change("device/address/@port", "<address type='usb' bus='0' port='1'/>", "<address type='usb' bus='0' port='2'/>"),
    Change("disk/vendor", "<serial>root-1</serial>", "<serial>root-1</serial><vendor>ACME</vendor>"),
    Change(
      "disk/blockio/@logical_block_size", "<serial>root-1</serial>",
      "<blockio logical_block_size='4096'/><serial>root-1</serial>"),
    Change(
      "domain/qemu:commandline", "</domain>",
      "<qemu:commandline xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><qemu:arg value='-S'/>"
        + "</qemu:commandline></domain>"),
  ]

  @Test(arguments: changed) func `what only the guest sees changes the pair`(_ change: Change) throws {
    let comparison = try Pair.compare((change.old, change.new))
    #expect(comparison.verdict == .changed)
    #expect(comparison.findings.map(\.rule) == [change.rule])
    #expect(comparison.findings.allSatisfy { $0.tier == .guest })
  }

  @Test(arguments: [
    Change("on_crash", "<on_crash>destroy", "<on_crash>restart"),
    Change("emulator", "/usr/bin/qemu-system-x86_64", "/usr/libexec/qemu-kvm"),
    Change("source", "/srv/a.qcow2", "/srv/c.qcow2"),
    Change("format", "<driver name='qemu' type='qcow2'/>", "<driver name='qemu' type='raw' cache='none'/>"),
    Change("network", "network='default'", "network='other'"),
    Change("graphics", "type='vnc'", "type='spice'"),
    Change("placement", "placement='static'", "placement='auto'"),
    Change("match", "match='exact'", "match='strict'"),
    Change("fallback", "fallback='forbid'", "fallback='allow'"),
    Change("case of a MAC", "52:54:00:12:34:56", "52-54-00-12-34-56"),
    Change("hexadecimal or not", "bus='0x04'", "bus='4'"),
    Change("unit", "<memory unit='KiB'>2097152", "<memory>2097152"),
    Change("alias", "<memballoon model='virtio'/>", "<memballoon model='virtio'><alias name='balloon0'/></memballoon>"),
    Change("same CPUs", "cpus='2-3'", "cpus='2,3'"),
  ])
  func `what the guest cannot see leaves the pair stable`(_ change: Change) throws {
    let comparison = try Pair.compare((change.old, change.new))
    #expect(comparison.verdict == .stable, "\(comparison.findings)")
  }

  /// libvirt compares it for a saved image and not for a migration.
  @Test func `the balloon is reported and has no say`() throws {
    let comparison = try Pair.compare(("<currentMemory unit='KiB'>2097152", "<currentMemory unit='KiB'>1048576"))
    #expect(comparison.verdict == .stable)
    #expect(comparison.findings.map(\.tier) == [.volatile])
    #expect(comparison.findings.map(\.source) == ["2 GiB"])
  }

  @Test func `all findings are reported, not only the first`() throws {
    let comparison = try Pair.compare(
      ("52:54:00:12:34:56", "52:54:00:12:34:57"), ("S-1", "S-2"), ("chassis='4'", "chassis='9'"))
    #expect(
      Set(comparison.findings.map(\.rule)) == [
        "interface/mac/@address", "domain/sysinfo/system/entry", "controller/target/@chassis",
      ])
    #expect(comparison.verdict == .broken)
  }

  /// The sector size is in libvirt's check from 11.3 on.
  @Test func `who minds depends on the libvirt that is asked`() throws {
    let change = ("<serial>root-1</serial>", "<blockio logical_block_size='4096'/><serial>root-1</serial>")
    #expect(try Pair.compare(change).verdict == .changed)
    #expect(try Pair.compare(change, libvirt: Version(11, 3)).verdict == .broken)
  }
}
