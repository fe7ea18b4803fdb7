/// Devices that the domains of the agreement test are made of.
enum SampleDevices {
  /// Each may be in a domain, whatever else is.
  static let any = [
    disk("vda", "virtio", "<driver name='qemu' type='qcow2'/>", "<serial>root-1</serial><boot order='1'/>"),
    disk("vdb", "virtio", "<driver name='qemu' type='raw' queues='2' iommu='on' packed='on'/>"),
    disk("vdc", "virtio", "<driver name='qemu' type='raw'/>", model: "virtio-transitional"),
    disk(
      "sda", "scsi' rotation_rate='7200", "<driver name='qemu' type='raw'/>",
      "<serial>s-1</serial><wwn>5000c50015ea71ac</wwn><vendor>ACME</vendor><product>Disk</product>"),
    disk("sdb", "scsi", "<driver name='qemu' type='raw' discard='unmap'/>", "<blockio logical_block_size='512'/>"),
    disk("sdc", "usb' removable='on", "<driver name='qemu' type='raw'/>"),
    disk("sdd", "sata", "<driver name='qemu' type='raw'/>", "<readonly/>", device: "cdrom"),
    disk("fda", "fdc", "<driver name='qemu' type='raw'/>", device: "floppy"),
    "<controller type='scsi' index='0' model='virtio-scsi'><driver queues='2' max_sectors='512'/></controller>",
    "<controller type='scsi' index='1' model='lsilogic'/>",
    "<controller type='virtio-serial' index='0' ports='16' vectors='4'/>",
    "<controller type='sata' index='1'/>",
    card("01", "virtio", "<driver name='qemu' queues='2'><host csum='off'/><guest tso4='off'/></driver>"),
    card("02", "virtio", "<mtu size='1500'/><driver iommu='on' ats='on'/>"),
    card("03", "e1000", "<rom bar='off'/><acpi index='3'/>"),
    card("04", "virtio-non-transitional", "<link state='down'/>"),
    card("05", "rtl8139", "<boot order='2'/>"),
    "<interface type='hostdev' managed='yes'><mac address='52:54:00:00:00:06'/><source><address type='pci' "
      + "domain='0x0000' bus='0x05' slot='0x10' function='0x2'/></source></interface>",
    "<hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0x0000' bus='0x06' slot='0x02' "
      + "function='0x0'/></source></hostdev>",
    "<hostdev mode='subsystem' type='usb'><source><vendor id='0x1234'/><product id='0xbeef'/></source></hostdev>",
    "<hostdev mode='subsystem' type='scsi'><source><adapter name='scsi_host0'/><address bus='0' target='3' unit='0'/>"
      + "</source></hostdev>",
    "<sound model='ich6'><codec type='micro'/></sound>", "<sound model='ac97'/>", "<sound model='es1370'/>",
    "<input type='tablet' bus='usb'/>", "<input type='keyboard' bus='usb'/>", "<input type='mouse' bus='virtio'/>",
    "<input type='mouse' bus='virtio' model='virtio-transitional'/>",
    "<watchdog model='i6300esb' action='reset'/>",
    "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>",
    "<rng model='virtio-transitional'><rate bytes='1024'/><backend model='random'>/dev/random</backend></rng>",
    "<shmem name='plain'><model type='ivshmem-plain'/><size unit='M'>4</size></shmem>",
    "<shmem name='bell' role='peer'><model type='ivshmem-doorbell'/><server path='/srv/bell'/>"
      + "<msi vectors='8' ioeventfd='on'/></shmem>",
    "<vsock model='virtio'><cid auto='no' address='4'/></vsock>",
    "<panic model='isa'><address type='isa' iobase='0x505'/></panic>", "<panic model='hyperv'/>",
    "<serial type='pty'><target type='isa-serial' port='0'/></serial>",
    "<serial type='pty'><target type='pci-serial' port='1'/></serial>",
    "<serial type='pty'><target type='usb-serial' port='2'/></serial>",
    "<parallel type='null'><target port='0'/></parallel>",
    "<console type='pty'><target type='virtio'/></console>",
    "<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>",
    "<channel type='pty'><target type='virtio' name='org.example.1'/></channel>",
    "<channel type='pty'><target type='guestfwd' address='10.0.2.1' port='4600'/></channel>",
    "<smartcard mode='passthrough' type='tcp'><source mode='bind' host='127.0.0.1' service='2001'/>"
      + "<protocol type='raw'/></smartcard>",
    "<hub type='usb'/>",
    "<redirdev bus='usb' type='tcp'><source mode='connect' host='127.0.0.1' service='4000'/><protocol type='raw'/>"
      + "</redirdev>",
    "<redirfilter><usbdev class='0x08' vendor='0x1234' product='0xbeef' version='2.56' allow='yes'/>"
      + "<usbdev allow='no'/></redirfilter>",
    "<filesystem type='mount' accessmode='passthrough'><source dir='/srv'/><target dir='share'/></filesystem>",
    "<lease><lockspace>a</lockspace><key>b</key><target path='/srv/lease'/></lease>",
  ]

  /// At most one of each line is in a domain.
  static let choices = [
    [
      "<video><model type='vga' vram='16384'/></video>", "<video><model type='cirrus'/></video>",
      "<video><model type='qxl' ram='65536' vram='65536' vgamem='16384' heads='1'/></video>",
      "<video><model type='virtio' heads='1'><acceleration accel3d='no'/></model></video>",
      "<video><model type='bochs'/></video>", "<video><model type='none'/></video>",
    ],
    ["<memballoon model='virtio' autodeflate='on'><stats period='5'/></memballoon>", "<memballoon model='none'/>"],
    [
      "<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>",
      "<tpm model='tpm-tis'><backend type='passthrough'><device path='/dev/tpm0'/></backend></tpm>",
    ],
    [
      "<controller type='usb' index='0' model='qemu-xhci' ports='8'/>",
      "<controller type='usb' index='0' model='nec-xhci'/>",
      "<controller type='usb' index='0' model='ich9-ehci1'/>"
        + "<controller type='usb' index='0' model='ich9-uhci1'><master startport='0'/></controller>"
        + "<controller type='usb' index='0' model='ich9-uhci2'><master startport='2'/></controller>",
      "<controller type='usb' index='0' model='qemu-xhci'/><controller type='usb' index='1' model='ich9-uhci1'/>",
    ],
    ["<graphics type='vnc' port='-1' autoport='yes'/>", "<graphics type='spice' autoport='yes'/>"],
  ]

  /// Of the newer chipset only.
  static let q35 = [
    "<controller type='pci' index='0' model='pcie-root'/><controller type='pci' index='1' model='pcie-root-port'/>"
      + "<controller type='pci' index='2' model='pcie-to-pci-bridge'/>",
    "<sound model='ich9'/>", card("07", "e1000e"), "<iommu model='intel'><driver iotlb='on'/></iommu>",
    "<iommu model='virtio'/>",
    "<watchdog model='itco' action='none'/>",
  ]

  /// Of the older one.
  static let i440fx = [
    "<controller type='pci' index='1' model='pci-bridge'/>", disk("hda", "ide", "<driver name='qemu' type='raw'/>"),
    disk("hdc", "ide", "<driver name='qemu' type='raw'/>", "<readonly/>", device: "cdrom"),
    "<watchdog model='ib700' action='none'/>",
  ]

  /// For domains with NUMA cells and room for more memory.
  static let memory = [
    "<memory model='dimm'><target><size unit='MiB'>128</size><node>0</node></target></memory>",
    "<memory model='dimm'><target><size unit='MiB'>256</size><node>1</node></target>"
      + "<address type='dimm' slot='7' base='0x120000000'/></memory>",
    "<memory model='nvdimm' access='shared'><source>"
      + "<path>/srv/nvdimm</path><alignsize unit='MiB'>2</alignsize></source><target><size unit='MiB'>256</size>"
      + "<node>0</node><label><size unit='KiB'>128</size></label></target></memory>",
    "<memory model='virtio-mem'><target><size unit='MiB'>128</size><node>0</node><block unit='MiB'>2</block>"
      + "<requested unit='MiB'>32</requested></target></memory>",
    "<memory model='virtio-pmem'><source><path>/srv/pmem</path></source><target><size unit='MiB'>256</size></target>"
      + "</memory>",
  ]

  private static func disk(
    _ target: String, _ bus: String, _ driver: String, _ rest: String = "", model: String? = nil,
    device: String = "disk"
  ) -> String {
    let model = model.map { " model='\($0)'" } ?? ""
    return "<disk type='file' device='\(device)'\(model)>\(driver)<source file='/srv/\(target).img'/>"
      + "<target dev='\(target)' bus='\(bus)'/>\(rest)</disk>"
  }

  private static func card(_ mac: String, _ model: String, _ rest: String = "") -> String {
    "<interface type='network'><mac address='52:54:00:00:00:\(mac)'/><source network='default'/>"
      + "<model type='\(model)'/>\(rest)</interface>"
  }
}
