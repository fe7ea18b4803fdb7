/// One device, or some that belong together, with places in braces for what differs from domain to domain.
struct Recipe: Sendable {
  enum Deck: String, CaseIterable {
    case buses, usb, controllers, disks, cards, serials, ports, inputs, others, video, graphics, balloon, memory
  }

  let name: String
  let body: String
  /// What there may be one of in a domain.
  let isSingle: Bool
  /// Not for a domain whose USB is switched off.
  let needsUSB: Bool
  /// `watchdog` of `watchdog i6300esb`.
  var family: String { String(name.prefix { $0 != " " }) + " " }

  private init(_ name: String, _ body: String, single: Bool = false, usb: Bool = false) {
    self.name = name
    self.body = body
    isSingle = single
    needsUSB = usb || body.contains("bus='usb'") || body.contains("usb-serial")
  }

  static func all(_ deck: Deck, machine: String, starts: Bool) -> [Recipe] {
    let here =
      switch deck {
      case .buses: machine == "q35" ? expressBuses : buses
      case .usb: usb
      case .controllers: controllers
      case .disks: disks + (machine == "pc" ? ideDisks : []) + (starts ? [] : foreignDisks)
      case .cards: cards + (starts ? [] : foreignCards)
      case .serials: serials
      case .ports: ports + (starts ? [] : foreignPorts)
      case .inputs: inputs + (starts ? [] : foreignInputs)
      case .others: others + (machine == "q35" ? expressOthers : []) + (starts ? [] : foreignOthers)
      case .video: video
      case .graphics: graphics
      case .balloon: balloons
      case .memory: memory + (starts ? [] : foreignMemory)
      }
    return here
  }

  // MARK: Buses

  private static let expressBuses = [
    Recipe("buses root", "<controller type='pci' index='0' model='pcie-root'/>"),
    Recipe("buses none", ""),
    Recipe(
      "buses bridge",
      """
      <controller type='pci' index='0' model='pcie-root'/><controller type='pci' index='1' model='pcie-root-port'/>\
      <controller type='pci' index='2' model='pcie-to-pci-bridge'/>
      """),
    Recipe(
      "buses dmi",
      """
      <controller type='pci' index='0' model='pcie-root'/><controller type='pci' index='1' model='dmi-to-pci-bridge'/>\
      <controller type='pci' index='2' model='pci-bridge'/>
      """),
    Recipe(
      "buses switch",
      """
      <controller type='pci' index='0' model='pcie-root'/><controller type='pci' index='1' model='pcie-root-port'/>\
      <controller type='pci' index='2' model='pcie-switch-upstream-port'/>\
      <controller type='pci' index='3' model='pcie-switch-downstream-port'/>\
      <controller type='pci' index='4' model='pcie-switch-downstream-port'/>
      """),
    Recipe(
      "buses expander",
      """
      <controller type='pci' index='0' model='pcie-root'/>\
      <controller type='pci' index='1' model='pcie-expander-bus'><target busNr='180'/></controller>\
      <controller type='pci' index='2' model='pcie-root-port'><address type='pci' bus='1' slot='0'/></controller>
      """),
  ]

  private static let buses = [
    Recipe("buses none", ""),
    Recipe("buses root", "<controller type='pci' index='0' model='pci-root'/>"),
    Recipe(
      "buses bridge",
      "<controller type='pci' model='pci-root'/><controller type='pci' index='1' model='pci-bridge'/>"),
    Recipe(
      "buses expander",
      """
      <controller type='pci' index='0' model='pci-root'/>\
      <controller type='pci' index='1' model='pci-expander-bus'><target busNr='0x80'/></controller>
      """),
  ]

  private static let usb = [
    Recipe("usb none", "<controller type='usb' model='none' index='0'/>"),
    Recipe("usb default", ""),
    Recipe("usb piix3", "<controller type='usb' index='0' model='piix3-uhci'/>"),
    Recipe(
      "usb ehci", "<controller type='usb' model='piix3-uhci'/><controller type='usb' index='1' model='ehci'/>"),
    Recipe(
      "usb ich9",
      """
      <controller type='usb' index='0' model='ich9-uhci1'><master startport='0'/></controller>\
      <controller type='usb' index='0' model='ich9-ehci1'/>\
      <controller type='usb' index='0' model='ich9-uhci3'><master startport='4'/></controller>\
      <controller type='usb' index='0' model='ich9-uhci2'><master startport='2'/></controller>
      """),
    Recipe("usb nec", "<controller type='usb' index='0' model='nec-xhci' ports='8'>{alias}</controller>"),
    Recipe(
      "usb xhci", "<controller type='usb' index='0' model='qemu-xhci' ports='15'>{alias}{pci}</controller>"),
    Recipe(
      "usb two",
      """
      <controller type='usb' index='0' model='qemu-xhci'/>\
      <controller type='usb' index='1' model='piix3-uhci'>{alias}</controller>
      """),
    Recipe("usb ohci", "<controller type='usb' index='0' model='pci-ohci'/>"),
  ]

  private static let controllers = [
    Recipe(
      "scsi lsilogic", "<controller type='scsi' index='0' model='lsilogic'>{alias}</controller>", single: true),
    Recipe("scsi am53c974", "<controller type='scsi' index='0' model='am53c974'/>", single: true),
    Recipe("scsi lsisas1078", "<controller type='scsi' index='0' model='lsisas1078'/>", single: true),
    Recipe("scsi lsisas1068", "<controller type='scsi' index='0' model='lsisas1068'/>", single: true),
    Recipe(
      "scsi virtio",
      """
      <controller type='scsi' index='0' model='virtio-scsi'>\
      <driver queues='2' cmd_per_lun='50' max_sectors='512' ioeventfd='on'/>{alias}{pci}</controller>
      """, single: true),
    Recipe(
      "scsi iothread",
      "<controller type='scsi' index='0' model='virtio-scsi'><driver iothread='2'/></controller>", single: true),
    Recipe("scsi later", "<controller type='scsi' index='2' model='virtio-non-transitional'/>", single: true),
    Recipe(
      "virtio-serial small",
      "<controller type='virtio-serial' index='0' ports='16' vectors='4'>{pci}</controller>", single: true),
    Recipe("virtio-serial second", "<controller type='virtio-serial' index='1'>{alias}</controller>", single: true),
    Recipe(
      "sata two", "<controller type='sata' index='0'/><controller type='sata' index='1'>{pci}</controller>",
      single: true),
    Recipe(
      "usb sixth", "<controller type='usb' index='5' model='qemu-xhci'>{alias}</controller>", usb: true),
  ]

  // MARK: Disks

  private static let disks = [
    Recipe(
      "disk virtio",
      """
      <disk type='file' device='disk'><driver type='qcow2' name='qemu' cache='none' io='native' discard='unmap' \
      detect_zeroes='unmap' error_policy='stop' rerror_policy='report'/><source file='{qcow2}'/>\
      <target bus='virtio' dev='{vd}'/>{boot}{alias}{pci}</disk>
      """),
    Recipe("disk plain", "<disk><source file='{raw}'/><target dev='{vd}'/>{boot}{pci}</disk>"),
    Recipe(
      "disk iothread",
      """
      <disk type='file'><driver name='qemu' type='raw' iothread='1' queues='2' event_idx='on' ioeventfd='on'/>\
      <source file='{raw}'/><target dev='{vd}'/><serial>has  two</serial>{alias}</disk>
      """),
    Recipe(
      "disk iotune",
      """
      <disk type='file'><source file='{raw}'/><target dev='{vd}'/><iotune><read_iops_sec>100</read_iops_sec>\
      <total_bytes_sec>1000000</total_bytes_sec><read_iops_sec_max>200</read_iops_sec_max></iotune>{boot}</disk>
      """),
    Recipe(
      "disk group",
      """
      <disk type='file'><source file='{raw}'/><target dev='{vd}'/><iotune><total_iops_sec>1000</total_iops_sec>\
      <group_name>together</group_name></iotune>{pci}</disk>
      """),
    Recipe(
      "disk sata",
      "<disk type='file'><source file='{raw}'/><target dev='{sd}' bus='sata'/><serial>AB-CD_1</serial>{boot}</disk>"),
    Recipe(
      "disk usb",
      "<disk type='file'><source file='{raw}'/><target dev='{sd}' bus='usb' removable='on'/>{alias}</disk>"),
    Recipe(
      "disk scsi",
      """
      <disk type='file'><driver name='qemu' type='raw' cache='writeback' discard='unmap'/><source file='{raw}'/>\
      <target dev='{sd}' bus='scsi' rotation_rate='1'/><vendor>ACME</vendor><product>DISK</product>\
      <wwn>5000C50015EA71AC</wwn>{alias}</disk>
      """),
    Recipe(
      "disk shared",
      """
      <disk type='file'><driver name='qemu' type='raw' cache='none'/><source file='{raw}'/>\
      <target dev='{vd}' bus='virtio'/><shareable/>{alias}{pci}</disk>
      """),
    Recipe(
      "disk readonly",
      """
      <disk model='virtio-transitional' type='file'><source file='{raw}'/><target dev='{vd}' bus='virtio'/>\
      <readonly/></disk>
      """),
    Recipe(
      "disk blocks",
      """
      <disk type='file'><source file='{raw}'/><target dev='{vd}' bus='virtio'/>\
      <blockio logical_block_size='512' physical_block_size='4096'/>{boot}{alias}</disk>
      """),
    Recipe(
      "disk cached",
      """
      <disk type='file'><driver name='qemu' type='qcow2' copy_on_read='on'><metadata_cache>\
      <max_size unit='KiB'>1024</max_size></metadata_cache></driver><source file='{qcow2}'/><backingStore/>\
      <target dev='{vd}'/></disk>
      """),
    Recipe(
      "disk slice",
      """
      <disk type='file'><driver name='qemu' type='raw'/><source file='{raw}'><slices>\
      <slice type='storage' offset='0' size='524288'/></slices></source><target dev='{vd}'/></disk>
      """),
    Recipe(
      "disk transient",
      """
      <disk type='file'><driver name='qemu' type='qcow2'/><source file='{qcow2}'/><target dev='{vd}'/><transient/>\
      </disk>
      """),
    Recipe("cdrom empty", "<disk type='file' device='cdrom'><target dev='{sd}' bus='sata'/></disk>"),
    Recipe(
      "cdrom scsi",
      """
      <disk type='file' device='cdrom'><source file='{raw}' startupPolicy='optional'/><target dev='{sd}' bus='scsi'/>\
      <readonly/>{boot}</disk>
      """),
    Recipe(
      "cdrom usb",
      "<disk type='file' device='cdrom'><source file='{raw}'/><target dev='{sd}' bus='usb'/>{alias}</disk>"),
    Recipe(
      "cdrom sata",
      "<disk type='file' device='cdrom'><source file='{raw}'/><target dev='{sd}' bus='sata' tray='closed'/></disk>"),
    Recipe(
      "floppy full", "<disk type='file' device='floppy'><source file='FOLDER/floppy.img'/><target dev='{fd}'/></disk>",
      single: true),
    Recipe(
      "floppy empty", "<disk type='file' device='floppy'><target dev='{fd}' bus='fdc'/></disk>", single: true),
    Recipe(
      "floppy folder",
      """
      <disk type='dir' device='floppy'><driver name='qemu' type='fat'/><source dir='FOLDER/share'/>\
      <target dev='{fd}' bus='fdc'/><readonly/></disk>
      """, single: true),
  ]

  private static let ideDisks = [
    Recipe(
      "ide disk",
      """
      <disk type='file'><source file='{raw}'/><target dev='hda' bus='ide'/>\
      <geometry cyls='16' heads='4' secs='32' trans='lba'/><wwn>5000c50015ea71aa</wwn>{boot}</disk>
      """, single: true),
    Recipe(
      "ide cdrom",
      """
      <disk type='file' device='cdrom'><source file='{raw}'/><target dev='hdc' bus='ide' tray='open'/></disk>
      """, single: true),
    Recipe(
      "ide placed",
      """
      <disk type='file'><source file='{raw}'/><target dev='hdd' bus='ide'/>\
      <address type='drive' controller='0' bus='1' target='0' unit='1'/></disk>
      """, single: true),
  ]

  /// What is defined without a look at the host.
  private static let foreignDisks = [
    Recipe(
      "disk lun", "<disk type='block' device='lun'><source dev='/dev/sdz'/><target dev='{sd}' bus='scsi'/></disk>"),
    Recipe("disk block", "<disk type='block'><source dev='/dev/vg/lv'/><target dev='{vd}'/>{boot}</disk>"),
    Recipe(
      "disk rbd",
      """
      <disk type='network'><driver name='qemu' type='raw'/><source protocol='rbd' name='p/i'>\
      <host name='mon1' port='6789'/><host name='mon2'/></source><target dev='{vd}'/>{alias}</disk>
      """),
    Recipe(
      "disk nbd",
      """
      <disk type='network'><source protocol='nbd' name='x'><host name='127.0.0.1' port='10809'/></source>\
      <target dev='{vd}'/>{pci}</disk>
      """),
    Recipe(
      "disk iscsi",
      """
      <disk type='network'><source protocol='iscsi' name='iqn.2013-07.com.example:t/2'><host name='example.com'/>\
      </source><target dev='{vd}' bus='virtio'/></disk>
      """),
    Recipe(
      "cdrom https",
      """
      <disk type='network' device='cdrom'><source protocol='https' name='x.iso'><host name='example.com' port='443'/>\
      <ssl verify='no'/></source><target dev='{sd}' bus='sata'/></disk>
      """),
    Recipe("disk volume", "<disk type='volume'><source pool='p' volume='v'/><target dev='{vd}'/>{alias}</disk>"),
    Recipe(
      "disk nvme",
      """
      <disk type='nvme'><driver name='qemu' type='raw'/><source type='pci' managed='yes' namespace='1'>\
      <address domain='0' bus='1' slot='0' function='0'/></source><target dev='{vd}'/></disk>
      """),
    Recipe(
      "disk layered",
      """
      <disk type='file'><driver name='qemu' type='qcow2'/><source file='/x/o.qcow2'/><backingStore type='file'>\
      <format type='qcow2'/><source file='/x/b.qcow2'/><backingStore/></backingStore><target dev='{vd}'/></disk>
      """),
    Recipe(
      "disk encrypted",
      """
      <disk type='file'><driver name='qemu' type='qcow2'/><source file='/x/e.qcow2'><encryption format='luks'>\
      <secret type='passphrase' uuid='f52a81b2-424e-490c-823d-6bd4235bc572'/></encryption></source>\
      <target dev='{vd}'/></disk>
      """),
    Recipe(
      "disk unit",
      """
      <disk type='file'><source file='/x/1'/><target dev='{sd}' bus='scsi'/>\
      <address type='drive' controller='7' bus='0' target='0' unit='3'/></disk>
      """),
  ]

  // MARK: Cards

  private static let cards = [
    Recipe(
      "card network",
      "<interface type='network'>{mac}<source network='NETWORK'/><model type='virtio'/>{boot}{alias}{pci}</interface>"),
    Recipe(
      "card mtu",
      """
      <interface type='network'>{mac}<source network='NETWORK'/><model type='virtio'/><mtu size='1400'/>{alias}\
      </interface>
      """),
    Recipe(
      "card rtl8139", "<interface type='bridge'><source bridge='BRIDGE'/>{mac}</interface>"),
    Recipe(
      "card queues",
      """
      <interface type='bridge'>{mac}<source bridge='BRIDGE'/><model type='virtio'/><driver queues='2'/>{boot}{pci}\
      </interface>
      """),
    Recipe(
      "card driver",
      """
      <interface type='bridge'><source bridge='BRIDGE'/><model type='virtio'/>\
      <driver event_idx='off' name='qemu' txmode='iothread' ioeventfd='on'/>{alias}</interface>
      """),
    Recipe(
      "card down",
      """
      <interface type='bridge'>{mac}<source bridge='BRIDGE'/><target dev='vnet77'/><link state='down'/>\
      <tune><sndbuf>1600</sndbuf></tune><model type='e1000'/></interface>
      """),
    Recipe(
      "card up",
      """
      <interface type='network'>{mac}<source network='NETWORK'/><link state='up'/><model type='e1000e'/>{boot}{pci}\
      </interface>
      """),
    Recipe("card user", "<interface type='user'>{mac}<model type='e1000'/>{alias}</interface>"),
    Recipe(
      "card user placed",
      "<interface type='user'><ip family='ipv4' address='172.17.2.0' prefix='24'/><model type='virtio'/></interface>"),
    Recipe("card pcnet", "<interface type='bridge'><source bridge='BRIDGE'/><model type='pcnet'/></interface>"),
    Recipe("card ne2k", "<interface type='bridge'><source bridge='BRIDGE'/><model type='ne2k_pci'/></interface>"),
    Recipe(
      "card vmxnet3",
      "<interface type='bridge'>{mac}<source bridge='BRIDGE'/><model type='vmxnet3'/>{alias}</interface>"),
    Recipe(
      "card old",
      "<interface type='bridge'>{mac}<source bridge='BRIDGE'/><model type='virtio-transitional'/>{alias}</interface>"),
    Recipe("card ethernet", "<interface type='ethernet'>{mac}<model type='virtio'/></interface>"),
    Recipe(
      "card isolated",
      "<interface type='bridge'><source bridge='BRIDGE'/><port isolated='yes'/><model type='virtio'/></interface>"),
    Recipe(
      "card rom",
      """
      <interface type='network'>{mac}<source network='NETWORK'/><model type='e1000'/><rom bar='off'/>{boot}{pci}\
      </interface>
      """),
    Recipe(
      "card coalesced",
      """
      <interface type='bridge'><source bridge='BRIDGE'/><model type='virtio'/>\
      <coalesce><rx><frames max='7'/></rx></coalesce></interface>
      """),
    Recipe(
      "card teaming",
      """
      <interface type='bridge'>{mac}<source bridge='BRIDGE'/><model type='virtio'/><teaming type='persistent'/>\
      </interface>
      """),
    Recipe(
      "twins with one MAC",
      """
      <interface type='bridge'><mac address='52:54:00:ab:cd:ef'/><source bridge='BRIDGE'/><model type='virtio'/>\
      </interface><interface type='bridge'><mac address='52:54:00:AB:CD:EF'/><source bridge='BRIDGE'/>\
      <model type='virtio'/></interface>
      """, single: true),
  ]

  private static let foreignCards = [
    Recipe(
      "card bandwidth",
      """
      <interface type='bridge'>{mac}<source bridge='BRIDGE'/><bandwidth>\
      <inbound average='1000' peak='5000' burst='1024'/><outbound average='128'/></bandwidth></interface>
      """),
    Recipe(
      "card vlan",
      """
      <interface type='bridge'>{mac}<source bridge='BRIDGE'/><virtualport type='openvswitch'/>\
      <vlan trunk='yes'><tag id='42'/><tag id='47'/></vlan></interface>
      """),
    Recipe(
      "card passed",
      """
      <interface type='hostdev' managed='yes'>{mac}<source>\
      <address type='pci' domain='0x0000' bus='0x00' slot='7' function='0x0'/></source></interface>
      """),
    Recipe(
      "card direct",
      "<interface type='direct'>{mac}<source dev='eth9' mode='vepa'/><model type='virtio'/>{alias}</interface>"),
    Recipe(
      "card vhostuser",
      """
      <interface type='vhostuser'>{mac}<source type='unix' path='/tmp/v.sock' mode='client'/><model type='virtio'/>\
      </interface>
      """),
    Recipe("card vdpa", "<interface type='vdpa'>{mac}<source dev='/dev/vhost-vdpa-0'/></interface>"),
    Recipe("card internal", "<interface type='internal'>{mac}<source name='none'/></interface>"),
    Recipe(
      "card udp",
      """
      <interface type='udp'>{mac}<source address='127.0.0.1' port='5000'><local address='127.0.0.1' port='5001'/>\
      </source></interface>
      """),
    Recipe(
      "card multicast",
      "<interface type='mcast'>{mac}<source address='230.0.0.1' port='5558'/><model type='e1000'/></interface>"),
  ]

  // MARK: Ports

  private static let serials = [
    Recipe("serials none", ""),
    Recipe("serials pty", "<serial type='pty'/>"),
    Recipe(
      "serials three",
      """
      <serial type='pty'>{alias}</serial><serial type='null'/>\
      <serial type='file'><source path='FOLDER/serial.out' append='on'/></serial>
      """),
    Recipe(
      "serials network",
      """
      <serial type='tcp'><source mode='bind' host='127.0.0.1' service='0'/><protocol type='telnet'/></serial>\
      <serial type='udp'><source mode='connect' host='127.0.0.1' service='7'/></serial>
      """),
    Recipe("serials debug", "<serial type='pty'><target type='isa-debug'/></serial>"),
    Recipe("serials log", "<serial type='pty'><log file='FOLDER/serial.log' append='off'/></serial>"),
    Recipe(
      "serials pci", "<serial type='pty'><target type='pci-serial'/>{alias}{pci}</serial><console type='pty'/>"),
    Recipe("serials usb", "<serial type='pty'><target type='usb-serial'/>{alias}</serial>"),
    Recipe(
      "serials console",
      "<console type='pty'><target type='serial'/></console><console type='pty'><target type='virtio'/></console>"),
    Recipe("serials file", "<console type='file'><source path='FOLDER/console.out'/></console>"),
    Recipe(
      "serials both", "<serial type='pty'><target port='0'/></serial><console tty='/dev/pts/9' type='pty'/>"),
  ]

  private static let ports = [
    Recipe(
      "channel agent", "<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/>{alias}</channel>",
      single: true),
    Recipe(
      "pty channel", "<channel type='pty'><target type='virtio' name='com.a'/></channel>", single: true),
    Recipe(
      "guestfwd channel",
      "<channel type='pty'><target type='guestfwd' address='10.0.2.1' port='4600'/></channel>", single: true),
    Recipe(
      "file channel",
      "<channel type='file'><source path='FOLDER/ch.log'/><target name='com.b' type='virtio'/>{alias}</channel>",
      single: true),
    Recipe(
      "tcp channel",
      """
      <channel type='tcp'><source mode='bind' host='127.0.0.1' service='0'/><protocol type='raw'/>\
      <target type='virtio' name='com.c'/><address type='virtio-serial' controller='0' bus='0' port='3'/></channel>
      """, single: true),
    Recipe("null channel", "<channel type='null'><target type='virtio'/></channel>"),
    Recipe(
      "socket channel",
      """
      <channel type='unix'><source mode='bind' path='FOLDER/ch.sock'/><target type='virtio' name='com.d'/></channel>
      """, single: true),
    Recipe("parallel pty", "<parallel type='pty'><target port='0'/></parallel>", single: true),
    Recipe("parallel file", "<parallel type='file'><source path='FOLDER/par'/></parallel>", single: true),
    Recipe(
      "redirdev tcp",
      """
      <redirdev bus='usb' type='tcp'><source mode='bind' host='127.0.0.1' service='0'/><protocol type='raw'/>{alias}\
      </redirdev>
      """),
    Recipe(
      "redirdev unix",
      "<redirdev bus='usb' type='unix'><source mode='bind' path='FOLDER/redir.sock'/></redirdev>", single: true),
    Recipe(
      "smartcard tcp",
      """
      <smartcard mode='passthrough' type='tcp'><source mode='bind' host='127.0.0.1' service='0'/>\
      <protocol type='raw'/></smartcard>
      """, single: true, usb: true),
  ]

  private static let foreignPorts = [
    Recipe("smartcard host", "<smartcard mode='host'/>", single: true, usb: true),
    Recipe(
      "redirdev far",
      """
      <redirdev bus='usb' type='tcp'><source mode='connect' host='localhost' service='4000'/></redirdev>\
      <redirfilter><usbdev class='0x08' vendor='0x1234' product='0xBEEF' version='2.56' allow='yes'/>\
      <usbdev allow='no'/></redirfilter>
      """, single: true, usb: true),
    Recipe(
      "channel clipboard",
      """
      <channel type='qemu-vdagent'><source><clipboard copypaste='yes'/></source>\
      <target type='virtio' name='com.redhat.spice.0'/></channel>
      """, single: true),
  ]

  private static let inputs = [
    Recipe(
      "inputs usb",
      "<input type='tablet' bus='usb'>{alias}</input><input type='mouse' bus='usb'/><input type='keyboard' bus='usb'/>"),
    Recipe(
      "inputs virtio",
      "<input type='tablet' bus='virtio'>{alias}{pci}</input><input type='keyboard' bus='virtio'/>"),
    Recipe("inputs plain", "<input type='tablet' bus='usb'/>"),
    Recipe("inputs mouse", "<input type='mouse' bus='virtio'/><input type='mouse' bus='virtio'>{pci}</input>"),
    Recipe("inputs ps2", "<input type='keyboard' bus='ps2'/>"),
  ]

  private static let foreignInputs = [
    Recipe(
      "inputs evdev",
      "<input type='evdev'><source dev='/dev/input/event1' grab='all' repeat='on'/></input>"),
    Recipe(
      "inputs passed", "<input type='passthrough' bus='virtio'><source evdev='/dev/input/event2'/>{alias}</input>"),
  ]

  // MARK: Screens

  private static let video = [
    Recipe("video none at all", ""),
    Recipe("video vga", "<video><model type='vga' vram='16384' heads='1'/></video>"),
    Recipe("video cirrus", "<video><model type='cirrus'/>{alias}</video>"),
    Recipe("video qxl", "<video><model type='qxl' ram='65536' vram='65536' vgamem='16384'/></video>"),
    Recipe("video vmvga", "<video><model type='vmvga'/></video>"),
    Recipe(
      "video virtio", "<video><model type='virtio' heads='2'><resolution x='800' y='600'/></model>{pci}</video>"),
    Recipe("video two", "<video><model type='vga'/></video><video><model type='virtio'/>{alias}</video>"),
    Recipe("video bochs", "<video><model type='bochs'/></video>"),
    Recipe("video ramfb", "<video><model type='ramfb'/></video>"),
    Recipe("video none", "<video><model type='none'/></video>"),
    Recipe("video qxl two", "<video><model type='qxl'/></video><video><model type='qxl' vram='32768'/></video>"),
  ]

  private static let graphics = [
    Recipe("vnc auto", "<graphics type='vnc' autoport='yes' listen='127.0.0.1' keymap='de'/>"),
    Recipe("vnc port", "<graphics type='vnc' port='-1'/>"),
    Recipe("vnc bare", "<graphics type='vnc'/>"),
    Recipe("vnc socket", "<graphics type='vnc' socket='FOLDER/vnc.sock'/>"),
    Recipe("vnc listen", "<graphics type='vnc'><listen type='address' address='127.0.0.1'/></graphics>"),
    Recipe("vnc listen socket", "<graphics type='vnc'><listen type='socket'/></graphics>"),
    Recipe("vnc web", "<graphics type='vnc' sharePolicy='force-shared' autoport='yes' websocket='-1'/>"),
    Recipe(
      "spice",
      """
      <graphics type='spice'><listen type='none'/><image compression='off'/></graphics>\
      <channel type='spicevmc'><target type='virtio' name='com.redhat.spice.0'/></channel>
      """),
    Recipe("spice socket", "<graphics type='spice'><listen type='socket'/></graphics>"),
    Recipe("dbus", "<graphics type='dbus'/><audio id='7' type='none'/>"),
  ]

  // MARK: The rest

  private static let balloons = [
    Recipe("balloon default", ""),
    Recipe("balloon none", "<memballoon model='none'/>"),
    Recipe("balloon old", "<memballoon model='virtio-transitional'/>"),
    Recipe("balloon new", "<memballoon model='virtio-non-transitional'>{alias}</memballoon>"),
    Recipe(
      "balloon watched",
      "<memballoon freePageReporting='on' model='virtio' autodeflate='on'><stats period='5'/>{pci}</memballoon>"),
  ]

  private static let memory = [
    Recipe("memory dimm", "<memory model='dimm'><target><size unit='MiB'>32</size><node>0</node></target></memory>"),
    Recipe(
      "memory dimms",
      """
      <memory model='dimm' discard='yes'><source><pagesize unit='KiB'>4</pagesize></source>\
      <target><size unit='M'>16</size><node>0</node></target><address type='dimm' slot='3'/></memory>\
      <memory model='dimm'><target><size>16384</size><node>0</node></target></memory>
      """),
    Recipe(
      "memory virtio",
      """
      <memory model='virtio-mem'><target><size unit='MiB'>64</size><node>0</node><block unit='KiB'>2048</block>\
      <requested unit='MiB'>16</requested></target>{alias}{pci}</memory>
      """),
    Recipe(
      "memory nvdimm",
      """
      <memory model='nvdimm'><source><path>{raw}</path></source><target><size unit='MiB'>2</size><node>0</node>\
      <label><size unit='KiB'>128</size></label></target></memory>
      """),
  ]

  private static let foreignMemory = [
    Recipe(
      "memory pmem",
      """
      <memory model='virtio-pmem'><source><path>/x/p.img</path></source><target><size unit='MiB'>2</size></target>\
      </memory>
      """)
  ]

  private static let others = [
    Recipe("rng random", "<rng model='virtio'><backend model='random'>/dev/urandom</backend>{alias}{pci}</rng>"),
    Recipe(
      "rng two",
      """
      <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>\
      <rng model='virtio'><backend model='random'>/dev/urandom</backend>{alias}</rng>
      """),
    Recipe(
      "rng builtin", "<rng model='virtio'><rate bytes='1024' period='1000'/><backend model='builtin'/>{pci}</rng>"),
    Recipe(
      "rng egd",
      """
      <rng model='virtio'><backend model='egd' type='udp'><source mode='bind' service='{port}'/>\
      <source mode='connect' host='127.0.0.1' service='1235'/></backend></rng>
      """),
    Recipe(
      "rng new",
      """
      <rng model='virtio-non-transitional'><backend model='random'>/dev/random</backend><driver iommu='off'/></rng>
      """),
    Recipe("sound ich6", "<sound model='ich6'><codec type='micro'/>{alias}</sound>"),
    Recipe("sound ich9", "<sound model='ich9'/>"),
    Recipe("sound ac97", "<sound model='ac97'>{pci}</sound>"),
    Recipe("sound es1370", "<sound model='es1370'/>"),
    Recipe("sound sb16", "<sound model='sb16'/>", single: true),
    Recipe("sound usb", "<sound model='usb'/>", usb: true),
    Recipe("audio silent", "<audio id='1' type='none'/><sound model='ich6'><audio id='1'/></sound>", single: true),
    Recipe(
      "audio file", "<audio id='1' type='file' path='FOLDER/a.wav'/><sound model='ich6'><audio id='1'/></sound>",
      single: true),
    Recipe("watchdog i6300esb", "<watchdog model='i6300esb'>{alias}{pci}</watchdog>", single: true),
    Recipe("watchdog ib700", "<watchdog model='ib700' action='poweroff'/>", single: true),
    Recipe("watchdog nmi", "<watchdog action='inject-nmi' model='i6300esb'/>", single: true),
    Recipe(
      "shmem plain",
      "<shmem name='NAME'><model type='ivshmem-plain'/><size unit='M'>1</size>{alias}{pci}</shmem>", single: true),
    Recipe(
      "shmem peer",
      """
      <shmem name='NAME-peer' role='peer'><model type='ivshmem-plain'/><size unit='KiB'>4096</size></shmem>
      """, single: true, usb: true),
    Recipe("shmem bare", "<shmem name='NAME-bare'><model type='ivshmem-plain'/></shmem>", single: true),
    Recipe("hub", "<hub type='usb'/>", usb: true),
    Recipe(
      "filesystem passed",
      """
      <filesystem accessmode='passthrough' type='mount'><source dir='FOLDER/share'/><target dir='tag'/>{alias}\
      </filesystem>
      """, single: true, usb: true),
    Recipe(
      "filesystem mapped",
      """
      <filesystem type='mount' accessmode='mapped'><driver type='path' wrpolicy='immediate'/>\
      <source dir='FOLDER/share'/><target dir='tag'/><readonly/></filesystem>
      """, single: true),
    Recipe("panic isa", "<panic model='isa'/>", single: true),
    Recipe("panic hyperv", "<panic model='hyperv'/>", single: true),
    Recipe("panic bare", "<panic/>", single: true),
    Recipe(
      "lease one",
      "<lease><lockspace>s</lockspace><key>NAME</key><target path='FOLDER/lease' offset='1024'/></lease>",
      single: true),
  ]

  private static let expressOthers = [
    Recipe("iommu intel", "<iommu model='intel'/>", single: true),
    Recipe("iommu virtio", "<iommu model='virtio'/>", single: true),
  ]

  private static let foreignOthers = [
    Recipe("vsock auto", "<vsock model='virtio'><cid auto='yes'/>{alias}</vsock>", single: true),
    Recipe("vsock four", "<vsock><cid auto='no' address='4'/></vsock>", single: true),
    Recipe(
      "tpm passed", "<tpm model='tpm-tis'><backend type='passthrough'><device path='/dev/tpm0'/></backend></tpm>",
      single: true),
    Recipe(
      "shmem doorbell",
      "<shmem name='NAME-bell'><model type='ivshmem-doorbell'/><server path='/tmp/none.sock'/></shmem>", single: true),
    Recipe(
      "hostdev usb",
      """
      <hostdev mode='subsystem' type='usb' managed='no'><source startupPolicy='optional'><vendor id='0x1234'/>\
      <product id='0xBEEF'/></source></hostdev>
      """, single: true, usb: true),
    Recipe(
      "hostdev usb place",
      """
      <hostdev mode='subsystem' type='usb'><source><address bus='1' device='2'/></source>{boot}</hostdev>
      """, single: true, usb: true),
    Recipe(
      "hostdev pci",
      """
      <hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0' bus='6' slot='0x1f' function='7'/>\
      </source>{alias}{pci}</hostdev>
      """, single: true),
    Recipe(
      "hostdev scsi",
      """
      <hostdev mode='subsystem' type='scsi'><source><adapter name='scsi_host0'/><address bus='0' target='0' unit='0'/>\
      </source></hostdev>
      """, single: true),
    Recipe(
      "hostdev iscsi",
      """
      <hostdev mode='subsystem' type='scsi'><source protocol='iscsi' name='iqn.x/1'>\
      <host name='example.org' port='3260'/></source></hostdev>
      """, single: true),
    Recipe(
      "hostdev mdev",
      """
      <hostdev mode='subsystem' type='mdev' model='vfio-pci'><source>\
      <address uuid='c2177883-f1bb-47f0-914d-32a22e3a8804'/></source></hostdev>
      """, single: true),
    Recipe(
      "hostdev vhost",
      """
      <hostdev mode='subsystem' type='scsi_host' model='virtio'>\
      <source protocol='vhost' wwpn='naa.501405cf20b50001'/></hostdev>
      """, single: true),
  ]
}
