import DomainXML
import GuestABI
import Vocabulary

/// A q35 domain as libvirt prints it, and what becomes of it when words in it are replaced.
enum Pair {
  static let domain = """
    <domain type='kvm'>
      <name>web-1</name>
      <uuid>0b7c5d1e-3b4a-4c5d-8e6f-7a8b9c0d1e2f</uuid>
      <memory unit='KiB'>2097152</memory>
      <currentMemory unit='KiB'>2097152</currentMemory>
      <vcpu placement='static' current='2'>4</vcpu>
      <sysinfo type='smbios'>
        <system>
          <entry name='serial'>S-1</entry>
        </system>
        <oemStrings>
          <entry>ds=nocloud</entry>
        </oemStrings>
      </sysinfo>
      <os>
        <type arch='x86_64' machine='pc-q35-7.2'>hvm</type>
        <loader readonly='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE_4M.fd</loader>
        <boot dev='hd'/>
      </os>
      <features>
        <acpi/>
        <hyperv mode='custom'>
          <relaxed state='on'/>
          <spinlocks state='on' retries='8191'/>
        </hyperv>
        <vmport state='off'/>
      </features>
      <cpu mode='custom' match='exact' check='partial'>
        <model fallback='forbid'>Skylake-Server</model>
        <topology sockets='1' dies='1' cores='4' threads='1'/>
        <feature policy='require' name='vmx'/>
        <feature policy='disable' name='hle'/>
        <numa>
          <cell id='0' cpus='0-1' memory='1048576' unit='KiB'/>
          <cell id='1' cpus='2-3' memory='1048576' unit='KiB'/>
        </numa>
      </cpu>
      <clock offset='utc'>
        <timer name='rtc' tickpolicy='catchup'/>
        <timer name='hpet' present='no'/>
      </clock>
      <on_crash>destroy</on_crash>
      <devices>
        <emulator>/usr/bin/qemu-system-x86_64</emulator>
        <disk type='file' device='disk'>
          <driver name='qemu' type='qcow2'/>
          <source file='/srv/a.qcow2'/>
          <target dev='vda' bus='virtio'/>
          <serial>root-1</serial>
          <address type='pci' domain='0x0000' bus='0x03' slot='0x00' function='0x0'/>
        </disk>
        <disk type='file' device='disk'>
          <driver name='qemu' type='qcow2'/>
          <source file='/srv/b.qcow2'/>
          <target dev='vdb' bus='virtio'/>
          <address type='pci' domain='0x0000' bus='0x04' slot='0x00' function='0x0'/>
        </disk>
        <controller type='usb' index='0' model='qemu-xhci' ports='15'>
          <address type='pci' domain='0x0000' bus='0x02' slot='0x00' function='0x0'/>
        </controller>
        <controller type='pci' index='0' model='pcie-root'/>
        <controller type='pci' index='1' model='pcie-root-port'>
          <model name='pcie-root-port'/>
          <target chassis='1' port='0x10'/>
          <address type='pci' domain='0x0000' bus='0x00' slot='0x02' function='0x0' multifunction='on'/>
        </controller>
        <controller type='pci' index='2' model='pcie-root-port'>
          <model name='pcie-root-port'/>
          <target chassis='2' port='0x11'/>
          <address type='pci' domain='0x0000' bus='0x00' slot='0x02' function='0x1'/>
        </controller>
        <controller type='pci' index='3' model='pcie-root-port'>
          <model name='pcie-root-port'/>
          <target chassis='3' port='0x12'/>
          <address type='pci' domain='0x0000' bus='0x00' slot='0x02' function='0x2'/>
        </controller>
        <controller type='pci' index='4' model='pcie-root-port'>
          <model name='pcie-root-port'/>
          <target chassis='4' port='0x13'/>
          <address type='pci' domain='0x0000' bus='0x00' slot='0x02' function='0x3'/>
        </controller>
        <interface type='network'>
          <mac address='52:54:00:12:34:56'/>
          <source network='default'/>
          <model type='virtio'/>
          <address type='pci' domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>
        </interface>
        <channel type='unix'>
          <target type='virtio' name='org.qemu.guest_agent.0'/>
          <address type='virtio-serial' controller='0' bus='0' port='1'/>
        </channel>
        <input type='tablet' bus='usb'>
          <address type='usb' bus='0' port='1'/>
        </input>
        <graphics type='vnc' port='-1' autoport='yes'>
          <listen type='address'/>
        </graphics>
        <memballoon model='virtio'/>
      </devices>
    </domain>
    """

  static func definition(_ changes: [(String, String)] = [], of text: String = domain) throws -> DomainDefinition {
    var text = text
    for (old, new) in changes {
      guard text.contains(old) else { throw XMLFault(.malformed, "the sample has no \(old)") }
      text = text.replacing(old, with: new)
    }
    return try DomainDefinition(XMLText(text))
  }

  /// The sample against itself with these words replaced in the target.
  static func compare(_ changes: (String, String)..., libvirt: Version = ABIComparison.assumedLibvirt) throws
    -> ABIComparison
  {
    try ABIComparison(definition(), definition(changes), libvirt: libvirt)
  }
}
