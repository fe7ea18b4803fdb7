/// Domain documents as libvirt returns them, for plans from files.
enum Domains {
  static let uuid = "5f1c8f0e-6f0a-4c69-9d3b-1a2b3c4d5e6f"
  private static let zeros = String(repeating: "0", count: 64)

  /// A q35 domain with a root disk, a card, a data disk where wanted, and three free root ports.
  static func xml(
    isRunning: Bool = false, name: String = "web-1", data: Bool = true, cache: String = "none", metadata: Bool = true,
    extra: String = ""
  ) -> String {
    let ports = (1...6).map { index in
      """
          <controller type='pci' index='\(index)' model='pcie-root-port'>
            <model name='pcie-root-port'/>
            <target chassis='\(index)' port='0x\(String(15 + index, radix: 16))'/>
            <address type='pci' domain='0x0000' bus='0x00' slot='0x02' function='0x\(index - 1)'\
      \(index == 1 ? " multifunction='on'" : "")/>
          </controller>
      """
    }
    let ours =
      """
        <metadata>
          <vmctl:domain xmlns:vmctl="urn:vmctl:domain:1" generation="7">
            <vmctl:device id="root" content="sha256:\(zeros)"/>
            <vmctl:device id="lan" content="sha256:\(zeros)"/>
            <vmctl:device id="data" content="sha256:\(zeros)"/>
          </vmctl:domain>
        </metadata>

      """
    let dataDisk =
      """
          <disk type='file' device='disk'>
            <driver name='qemu' type='qcow2' cache='\(cache)'/>
            <source file='/srv/data.qcow2'\(isRunning ? " index='1'" : "")/>
            \(isRunning ? "<backingStore/>" : "")
            <target dev='vdb' bus='virtio'/>
            <serial>data</serial>
            <alias name='ua-data'/>
            <address type='pci' domain='0x0000' bus='0x03' slot='0x00' function='0x0'/>
          </disk>

      """
    return """
      <domain type='qemu'\(isRunning ? " id='3'" : "")>
        <name>\(name)</name>
        <uuid>\(uuid)</uuid>
      \(metadata ? ours : "")  <memory unit='KiB'>262144</memory>
        <vcpu placement='static'>1</vcpu>
        <os>
          <type arch='x86_64' machine='pc-q35-7.2'>hvm</type>
        </os>
        <devices>
          <emulator>/usr/bin/qemu-system-x86_64</emulator>
          <disk type='file' device='disk'>
            <driver name='qemu' type='qcow2'/>
            <source file='/srv/root.qcow2'\(isRunning ? " index='2'" : "")/>
            <target dev='vda' bus='virtio'/>
            <serial>root</serial>
            <boot order='1'/>
            <alias name='ua-root'/>
            <address type='pci' domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>
          </disk>
      \(data ? dataDisk : "")    <controller type='pci' index='0' model='pcie-root'/>
      \(ports.joined(separator: "\n"))
          <interface type='\(isRunning ? "bridge" : "network")'>
            <mac address='52:54:00:12:34:56'/>
            <source network='default'\(isRunning ? " portid='p' bridge='virbr0'" : "")/>
            \(isRunning ? "<target dev='vnet0'/>" : "")
            <model type='virtio'/>
            <alias name='ua-lan'/>
            <address type='pci' domain='0x0000' bus='0x02' slot='0x00' function='0x0'/>
          </interface>
      \(extra)    <memballoon model='virtio'>
            <address type='pci' domain='0x0000' bus='0x04' slot='0x00' function='0x0'/>
          </memballoon>
        </devices>
      </domain>

      """
  }

  static let watchdog = """
        <watchdog model='i6300esb' action='poweroff'>
          <address type='pci' domain='0x0000' bus='0x00' slot='0x09' function='0x0'/>
        </watchdog>

    """

  /// An intent of the same domain.
  static func intent(devices: String = rootAndLan, creation: String = "") -> String {
    """
    apiVersion: vmctl/v1
    kind: Domain
    metadata:
      name: web-1
    spec:
    \(creation)  devices:
    \(devices)
    """
  }

  static let rootAndLan = """
      - id: root
        disk: {file: /srv/root.qcow2, format: qcow2, bus: virtio, target: vda}
        bootOrder: 1
      - id: lan
        interface: {network: default, model: virtio, mac: 52:54:00:12:34:56}

    """

  static let data = """
      - id: data
        disk: {file: /srv/data.qcow2, format: qcow2, bus: virtio, target: vdb}

    """

  static let more = """
      - id: more
        disk: {file: /srv/more.qcow2, format: qcow2, bus: virtio, target: vdc}

    """
}
