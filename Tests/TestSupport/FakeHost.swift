import Libvirt
import Vocabulary

/// The host of the fake: what capabilities and versions it states.
enum FakeHost {
  static let machines = ["q35": "pc-q35-7.2", "pc": "pc-i440fx-7.2"]
  static let uuid = HostUUID(high: 0x1111_1111_2222_4333, low: 0x8444_5555_5555_5555)

  static func description(_ libvirt: Version, _ uuid: HostUUID) -> HostDescription {
    HostDescription(
      uri: "fake:///system", hostname: "fake", uuid: uuid, libvirtVersion: libvirt, hypervisorVersion: Version(7, 2, 22)
    )
  }

  static func capabilities(_ uuid: HostUUID) -> XMLText {
    let machines = ["pc-i440fx-7.2", "pc-i440fx-7.1", "pc-q35-7.2", "pc-q35-7.1"]
      .map { "      <machine maxCpus='255'>\($0)</machine>\n" }.joined()
    let aliases = FakeHost.machines.sorted { $0.key < $1.key }
      .map { "      <machine canonical='\($0.value)' maxCpus='255'>\($0.key)</machine>\n" }.joined()
    return XMLText(
      """
      <capabilities>

        <host>
          <uuid>\(uuid)</uuid>
          <cpu>
            <arch>x86_64</arch>
            <model>qemu64</model>
          </cpu>
        </host>

        <guest>
          <os_type>hvm</os_type>
          <arch name='x86_64'>
            <wordsize>64</wordsize>
            <emulator>/usr/bin/qemu-system-x86_64</emulator>
      \(machines)\(aliases)      <domain type='qemu'/>
          </arch>
        </guest>

      </capabilities>

      """)
  }

  static func domainCapabilities(_ query: DomainCapabilitiesQuery) -> XMLText {
    let machine = query.machine ?? "pc"
    return XMLText(
      """
      <domainCapabilities>
        <path>\(query.emulator ?? "/usr/bin/qemu-system-x86_64")</path>
        <domain>\(query.virtType ?? "qemu")</domain>
        <machine>\(machines[machine] ?? machine)</machine>
        <arch>\(query.architecture ?? "x86_64")</arch>
        <vcpu max='255'/>
        <cpu>
          <mode name='host-passthrough' supported='no'/>
          <mode name='host-model' supported='yes'>
            <model fallback='forbid'>EPYC</model>
            <vendor>AMD</vendor>
            <feature policy='require' name='x2apic'/>
            <feature policy='disable' name='sha-ni'/>
          </mode>
          <mode name='custom' supported='yes'>
            <model usable='yes'>qemu64</model>
          </mode>
        </cpu>
      </domainCapabilities>

      """)
  }
}
