import DomainXML
import GuestABI
import Testing
import Vocabulary

/// What differs between two looks at one side, and whose doing it is (I3).
@Suite struct StabilityTests {
  private func domain(_ devices: String, os: String = "", more: String = "") throws -> DomainDefinition {
    try DomainDefinition(
      XMLText(
        """
        <domain type='qemu'><name>a</name><memory unit='KiB'>65536</memory><vcpu>2</vcpu>\
        <os\(os.isEmpty ? "" : " firmware='efi'")><type arch='x86_64' machine='pc-q35-7.2'>hvm</type>\(os)</os>\(more)\
        <devices>\(devices)</devices></domain>
        """))
  }

  private let disk = "<disk type='file' device='disk'><target dev='vda' bus='virtio'/><alias name='ua-root'/></disk>"
  private let card = "<interface type='user'><mac address='52:54:00:00:00:01'/><model type='virtio'/></interface>"
  private let watchdog = "<watchdog model='itco' action='reset'/>"

  @Test func `a watchdog that libvirt began to print is libvirt's doing, and only then`() throws {
    let (before, after) = (try domain(disk), try domain(disk + watchdog))
    let upgraded = ABIStability(before, after, libvirt: (before: Version(9, 0), now: Version(11, 3)))
    #expect(upgraded.changes.isEmpty && upgraded.drift.isEmpty && upgraded.libvirtsDoing.count == 1)
    #expect(upgraded.libvirtsDoing.first?.contains("itco") == true)
    for versions in [(Version(11, 3), Version(11, 3)), (Version(9, 0), Version(9, 0))] {
      let same = ABIStability(before, after, libvirt: (before: versions.0, now: versions.1))
      #expect(same.libvirtsDoing.isEmpty && same.drift.map(\.rule) == ["watchdog"])
    }
    // Another watchdog is nobody's but somebody's.
    let other = try domain(disk + "<watchdog model='i6300esb' action='reset'/>")
    #expect(ABIStability(before, other, libvirt: (before: Version(9, 0), now: Version(11, 3))).drift.count == 1)
  }

  @Test func `the default boot device that libvirt writes down is libvirt's doing, and another one is not`() throws {
    func booting(_ devices: [String], _ disk: String) throws -> DomainDefinition {
      let boot = devices.map { "<boot dev='\($0)'/>" }.joined()
      return try DomainDefinition(
        XMLText(
          "<domain type='qemu'><name>a</name><memory unit='KiB'>65536</memory><vcpu>2</vcpu><os>"
            + "<type arch='x86_64' machine='pc-q35-7.2'>hvm</type>\(boot)</os><devices>\(disk)</devices></domain>"))
    }
    for (before, after) in [([], ["hd"]), ([], ["hd", "hd"]), (["hd"], ["hd", "hd"])] {
      let filled = ABIStability(try booting(before, disk), try booting(after, disk))
      #expect(filled.changes.isEmpty && filled.drift.isEmpty && !filled.libvirtsDoing.isEmpty)
    }
    let ordered = disk.replacing("<alias", with: "<boot order='1'/><alias")
    for (before, after, disk) in [
      ([], ["network"], disk), ([], ["hd", "network"], disk), (["network"], ["hd"], disk), ([], ["hd"], ordered),
    ] {
      #expect(try !ABIStability(booting(before, disk), booting(after, disk)).changes.isEmpty, "\(before) \(after)")
    }
  }

  @Test func `a device that came and one that went are drift, also where they are of one kind`() throws {
    let other = disk.replacing("vda", with: "vdb").replacing("ua-root", with: "ua-data")
    let stability = ABIStability(try domain(disk + card), try domain(other + card))
    #expect(stability.changes.isEmpty)
    #expect(stability.drift.map(\.path) == ["devices/disk[root]", "devices/disk[data]"])
  }

  @Test func `a field of a kept device is a change, save where a step names the device`() throws {
    let changed = disk.replacing("<target", with: "<serial>x</serial><target")
    let (before, after) = (try domain(disk), try domain(changed))
    #expect(ABIStability(before, after).changes.map(\.path) == ["devices/disk[root]/serial"])
    #expect(ABIStability(before, after, named: [NamedDevice(alias: "ua-root")]).changes.isEmpty)
    #expect(ABIStability(before, after, named: [NamedDevice(alias: "ua-other")]).changes.count == 1)
  }

  @Test func `a device that was adopted is named by its slot or its key`() throws {
    let disk =
      "<disk type='file' device='disk'><target dev='vda' bus='virtio'/><address type='pci' slot='0x04'/></disk>"
    let (before, after) = (try domain(disk), try domain(disk.replacing("<target", with: "<serial>x</serial><target")))
    let slot = try #require(before.devices.first?.slot)
    #expect(ABIStability(before, after, named: [NamedDevice(alias: "ua-root", slot: slot)]).changes.isEmpty)
    let device = try #require(before.devices.first)
    #expect(ABIStability(before, after, named: [NamedDevice(alias: nil, device: device)]).changes.isEmpty)
  }

  @Test func `what libvirt can change of a running device is a setting`() throws {
    let memory =
      "<memory model='virtio-mem'><target><size>65536</size><requested>0</requested></target><alias name='ua-m'/></memory>"
    let more = memory.replacing("<requested>0", with: "<requested>65536")
    let stability = ABIStability(try domain(memory), try domain(more))
    #expect(stability.changes.isEmpty && stability.drift.map(\.path) == ["devices/memory[m]/target/requested"])
  }

  @Test func `how many processors and how much memory are settings, which CPU is hardware`() throws {
    let before = try domain(disk, more: "<cpu mode='custom'><model>qemu64</model></cpu>")
    let more = try domain(disk, more: "<cpu mode='custom'><model>Haswell</model></cpu>").document.root.source.shown
    let after = try DomainDefinition(XMLText(more.replacing("<vcpu>2", with: "<vcpu>4")))
    let stability = ABIStability(before, after)
    #expect(stability.changes.map(\.path) == ["cpu/model"] && stability.drift.map(\.path) == ["vcpu"])
  }

  @Test func `a firmware that libvirt wrote down is its doing, another loader is a change`() throws {
    let loader = "<loader readonly='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE_4M.fd</loader>"
    let words = loader + "<firmware><feature enabled='no' name='secure-boot'/></firmware>"
    let versions = (before: Version(9, 0), now: Version(11, 3))
    let before = try domain(disk, os: loader)
    #expect(ABIStability(before, try domain(disk, os: words), libvirt: versions).changes.isEmpty)
    let other = words.replacing("_4M", with: "")
    #expect(ABIStability(before, try domain(disk, os: other), libvirt: versions).changes.isEmpty == false)
    #expect(ABIStability(before, try domain(disk, os: words)).changes.map(\.path) == ["os/firmware"])
  }
}
