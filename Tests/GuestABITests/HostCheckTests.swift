import DomainXML
import Foundation
import GuestABI
import TestSupport
import Testing
import Vocabulary

/// What becomes of a guest on a host that only says of itself what it is.
@Suite struct HostCheckTests {
  private let kvm = HostOffer.Platform(architecture: "x86_64", virtType: "kvm")

  private func host(
    machines: String = "<machine>pc-q35-7.2</machine><machine canonical='pc-q35-7.2'>q35</machine>",
    models: String = "<model usable='yes'>qemu64</model>", cards: String = "<value>vga</value>",
    hostModel: String = "EPYC", version: Version = Version(9, 0)
  ) throws -> HostOffer {
    var offer = HostOffer()
    offer.libvirt = version
    try offer.add(
      XMLText(
        """
        <capabilities><host><uuid>11111111-2222-4333-8444-555555555555</uuid><cpu><arch>x86_64</arch></cpu></host>
        <guest><os_type>hvm</os_type><arch name='x86_64'><emulator>/usr/bin/qemu-system-x86_64</emulator>\(machines)
        <domain type='kvm'/></arch></guest></capabilities>
        """))
    try offer.add(
      XMLText(
        """
        <domainCapabilities><path>/usr/bin/qemu-system-x86_64</path><domain>kvm</domain><machine>pc-q35-7.2</machine>
        <arch>x86_64</arch><os supported='yes'><enum name='firmware'><value>efi</value></enum></os>
        <cpu><mode name='host-passthrough' supported='no'/>
        <mode name='host-model' supported='yes'><model>\(hostModel)</model></mode>
        <mode name='custom' supported='yes'>\(models)</mode></cpu>
        <devices><video supported='yes'><enum name='modelType'>\(cards)</enum></video></devices>
        </domainCapabilities>
        """))
    return offer
  }

  private func guest(
    machine: String = "pc-q35-7.2", type: String = "kvm", cpu: String = "<cpu><model>qemu64</model></cpu>",
    devices: String = "", os: String = ""
  ) throws -> DomainDefinition {
    try DomainDefinition(
      XMLText(
        """
        <domain type='\(type)'><name>a</name><memory>1</memory><vcpu>1</vcpu>
        <os><type arch='x86_64' machine='\(machine)'>hvm</type>\(os)</os>\(cpu)
        <devices><emulator>/usr/bin/qemu-system-x86_64</emulator>\(devices)</devices></domain>
        """))
  }

  private func worst(
    _ guest: DomainDefinition, _ host: HostOffer, from: HostOffer? = nil, _ form: HostCheck.Form = .boot
  ) -> HostFinding? {
    HostCheck(from: from, to: host).findings(guest, form).max { $0.consequence < $1.consequence }
  }

  @Test func `a guest that the host has everything for is the same`() throws {
    let check = HostCheck(from: nil, to: try host())
    #expect(check.findings(try guest(devices: "<video><model type='vga'/></video>")).isEmpty)
  }

  @Test func `a machine type that is gone names those that are there`() throws {
    let finding = worst(try guest(machine: "pc-q35-2.4"), try host())
    #expect(finding?.consequence == .willNotStart && finding?.path == "os/type/@machine")
    #expect(finding?.offered == "pc-q35-7.2" && finding?.remedy != nil)
  }

  @Test func `an alias floats: the same while it stands for the same`() throws {
    let newer = try host(machines: "<machine canonical='pc-q35-9.0'>q35</machine><machine>pc-q35-9.0</machine>")
    let floating = try guest(machine: "q35")
    #expect(worst(floating, newer, from: try host())?.consequence == .differs)
    #expect(worst(floating, newer)?.consequence == .differs)
    #expect(worst(floating, newer, from: newer) == nil)
  }

  @Test func `a deprecated machine type starts, and says until when`() throws {
    let old = try host(machines: "<machine deprecated='yes'>pc-q35-7.2</machine>")
    let finding = worst(try guest(), old)
    #expect(finding?.consequence == .deprecated && finding?.why.contains("13.2") == true)
  }

  @Test func `a missing CPU feature is named, and what the document disables is not missed`() throws {
    let lacking = try host(
      models:
        "<model usable='no'>Haswell</model><blockers model='Haswell'><feature name='hle'/><feature name='rtm'/></blockers>"
    )
    let haswell = "<cpu mode='custom'><model>Haswell</model>"
    let finding = worst(try guest(cpu: haswell + "</cpu>"), lacking)
    #expect(finding?.consequence == .willNotStart && finding?.offered == "no hle, rtm")
    let disabled = ["hle", "rtm"].map { "<feature policy='disable' name='\($0)'/>" }.joined()
    #expect(worst(try guest(cpu: haswell + disabled + "</cpu>"), lacking) == nil)
    // What some model lacks the host does not have, whoever asks for it.
    let asked = "<cpu mode='custom'><model>qemu64</model><feature policy='require' name='rtm'/></cpu>"
    let both = try host(
      models: "<model usable='yes'>qemu64</model><model usable='no'>Haswell</model>"
        + "<blockers model='Haswell'><feature name='rtm'/></blockers>")
    #expect(worst(try guest(cpu: asked), both)?.offered == "no rtm")
  }

  @Test func `where libvirt is told not to check, the guest goes without, and that counts from host to host`() throws {
    func lacking(_ names: String...) throws -> HostOffer {
      try host(
        models: "<model usable='no'>Haswell</model><blockers model='Haswell'>"
          + names.map { "<feature name='\($0)'/>" }.joined() + "</blockers>")
    }
    let unchecked = try guest(cpu: "<cpu mode='custom' check='none'><model>Haswell</model></cpu>")
    #expect(worst(unchecked, try lacking("hle"))?.consequence == .differs)
    #expect(worst(unchecked, try lacking("hle"), from: try lacking("hle")) == nil)
    #expect(worst(unchecked, try lacking("hle"), from: try lacking("rtm"))?.offered == "-hle, +rtm")
    // A guest in memory has what it had when it was saved.
    #expect(worst(unchecked, try lacking("hle"), from: try lacking("hle"), .memory)?.consequence == .willNotStart)
  }

  @Test func `host-model is compared from host to host, and cannot be told without both`() throws {
    let floating = try guest(cpu: "<cpu mode='host-model'/>")
    #expect(worst(floating, try host())?.consequence == .unknown)
    #expect(worst(floating, try host(), from: try host()) == nil)
    #expect(worst(floating, try host(hostModel: "Milan"), from: try host())?.consequence == .differs)
    #expect(worst(floating, try host(hostModel: "Milan"), from: try host(), .memory)?.consequence == .willNotStart)
    #expect(worst(try guest(cpu: "<cpu mode='host-passthrough'/>"), try host())?.consequence == .willNotStart)
  }

  @Test func `a device model that the host's QEMU does not have keeps the guest from starting`() throws {
    let finding = worst(try guest(devices: "<video><model type='qxl'/></video>"), try host())
    #expect(finding?.consequence == .willNotStart && finding?.path == "devices/video[1]/model/@type")
    #expect(finding?.offered == "vga")
  }

  @Test func `firmware is looked for where the host's files are known, and else cannot be told`() throws {
    let path = "/usr/share/OVMF/OVMF_CODE_4M.fd"
    let booting = try guest(os: "<loader type='pflash'>\(path)</loader><nvram>/x</nvram>")
    #expect(worst(booting, try host())?.consequence == .unknown)
    var known = try host()
    known.files = HostFileList(folders: ["/usr/share/OVMF": [:]])
    #expect(worst(booting, known)?.consequence == .willNotStart)
    known.files = HostFileList(folders: ["/usr/share/OVMF": ["OVMF_CODE_4M.fd": 1]])
    #expect(worst(booting, known) == nil)
  }

  @Test func `an option ROM that crosses a power of two changes a bar, and spoils what was saved`() throws {
    func roms(_ size: UInt64) throws -> HostOffer {
      var offer = try host()
      offer.files = HostFileList(folders: ["/usr/share/qemu": ["efi-virtio.rom": size]])
      return offer
    }
    let card = try guest(devices: "<interface type='user'><model type='virtio'/></interface>")
    #expect(worst(card, try roms(262_144), from: try roms(249_344)) == nil)
    #expect(worst(card, try roms(262_145), from: try roms(249_344))?.consequence == .differs)
    #expect(worst(card, try roms(262_145), from: try roms(249_344), .memory)?.consequence == .willNotStart)
  }

  @Test func `what libvirt will add by itself is a note`() throws {
    let findings = HostCheck(from: nil, to: try host(version: Version(11, 3))).findings(try guest())
    #expect(findings.map(\.consequence) == [.note] && findings.first?.why.contains("9.1") == true)
  }

  @Test func `a guest of another hypervisor or architecture will not start`() throws {
    #expect(worst(try guest(type: "xen"), try host())?.path == "@type")
    let arm = try guest().root.source.shown.replacing("x86_64' machine", with: "aarch64' machine")
    let findings = HostCheck(from: nil, to: try host()).findings(try DomainDefinition(XMLText(arm)))
    #expect(findings.map(\.path) == ["os/type/@arch"])
  }

  @Test(
    .enabled("the conformance folder is absent") { Corpus.conformance != nil }, arguments: ["7.2.0", "8.2.0", "9.2.0"])
  func `hosts of the conformance folder are read, alone and with QEMU's own cache`(_ version: String) throws {
    let folder = try #require(Corpus.conformance).appending(path: "host")
    func text(_ name: String) throws -> XMLText { XMLText(try Data(contentsOf: folder.appending(path: name))) }
    var offer = HostOffer()
    try offer.add(text("domaincaps_\(version)-q35.xml"))
    let major = version.dropLast(2)
    let same = try guest(machine: "pc-q35-\(major)", devices: "<video><model type='qxl'/></video>")
    #expect(worst(same, offer) == nil, "\(String(describing: worst(same, offer)))")
    #expect(worst(try guest(machine: "pc-q35-2.4"), offer)?.consequence == .unknown)
    let broadwell = try guest(machine: "pc-q35-\(major)", cpu: "<cpu><model>Broadwell</model></cpu>")
    #expect(worst(broadwell, offer)?.consequence == .willNotStart)
    #expect(worst(broadwell, offer)?.offered?.contains("hle") == true)

    try offer.add(text("qemucaps_\(version).xml"))
    #expect(offer.hypervisor == Version(version))
    #expect(worst(try guest(machine: "pc-q35-\(major)"), offer) == nil)
    #expect(worst(try guest(machine: "pc-q35-99.0"), offer)?.consequence == .willNotStart)
    #expect((offer.machines[kvm] ?? [:]).count > 40)
  }
}
