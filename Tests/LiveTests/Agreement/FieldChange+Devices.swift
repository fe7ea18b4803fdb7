extension FieldChange {
  /// What any device may have.
  static let device = table(
    """
    acpi/@index: 1 2 7
    rom/@bar: on off
    address/@bus: 0x00 0x01 0x02 0x03 0x05 0 1
    address/@slot: 0x00 0x01 0x04 0x09 0x1f
    address/@function: 0x0 0x1 0x3
    address/@controller: 0 1
    address/@unit: 0 1 4
    address/@target: 0 1
    address/@port: 1 2 3 5
    address/@iobase: 0x505 0x506
    address/@type: pci none usb drive
    driver: <>
    driver/@iommu: on off
    driver/@ats: on off
    driver/@packed: on off
    driver/@page_per_vq: on off
    """)

  /// What of any device is the host's affair, or of none to libvirt's check.
  static let unchecked = table(
    """
    alias/@name: ua-one ua-two ua-three
    boot/@order: 1 3 9
    rom/@file: /srv/rom
    rom/@bar: on off
    source/@file: /srv/other.img /srv/third.img
    source/@dir: /srv /srv/b
    source/@path: /srv/socket
    source/@service: 4000 4001
    backend: /dev/random /dev/hwrng
    rate/@bytes: 512 1024
    link/@state: up down
    stats/@period: 5 10
    @managed: yes no
    @action: none poweroff pause
    @snapshot: no internal
    @autoport: yes no
    driver/@cache: none writeback
    driver/@io: threads native
    iotune/total_iops_sec: 100 200
    cid/@address: 4 5 6
    log/@file: /srv/log
    target/@chassis: 1 9 20
    key: b c
    """)

  /// What devices of a kind may have beside that.
  static let devices: [String: [FieldChange]] = [
    "disk": table(
      """
      @device: disk cdrom lun floppy
      @model: virtio virtio-transitional virtio-non-transitional
      target/@bus: virtio scsi sata usb ide fdc
      target/@dev: vda vdx sda sdx sdy hdb fdb
      target/@rotation_rate: 1 7200 5400
      target/@removable: on off
      target/@tray: open closed
      serial: root-1 root-2
      wwn: 5000c50015ea71ad
      vendor: ACME OTHER
      product: Disk Other
      readonly: <>
      shareable: <>
      driver/@type: raw qcow2
      driver/@queues: 1 2 4
      driver/@queue_size: 64 128
      driver/@event_idx: on off
      driver/@discard: unmap ignore
      driver/@iothread: 1
      blockio/@logical_block_size: 512 4096
      blockio/@physical_block_size: 512 4096
      blockio/@discard_granularity: 4096
      geometry/@cyls: 16383
      geometry/@heads: 16
      geometry/@secs: 63
      """),
    "controller": table(
      """
      @index: 0 1 2 5 9
      """),
    "controller pci": table(
      """
      @model: pcie-root-port pci-bridge pcie-to-pci-bridge
      model/@name: ioh3420 pcie-root-port pcie-pci-bridge
      target/@chassis: 1 9 20
      target/@chassisNr: 1 9
      target/@port: 0x8 0x11 0x20
      target/@hotplug: on off
      pcihole64: 1048576
      """),
    "controller usb": table(
      "@model: qemu-xhci nec-xhci piix3-uhci ich9-ehci1 ich9-uhci1\n@ports: 4 8 15\nmaster/@startport: 0 2 4"),
    "controller scsi": table(
      """
      @model: virtio-scsi lsilogic virtio-transitional lsisas1068
      driver/@queues: 1 2 4
      driver/@max_sectors: 512 1024
      driver/@cmd_per_lun: 16 32
      driver/@ioeventfd: on off
      """),
    "controller virtio-serial": table(
      "@model: virtio virtio-transitional virtio-non-transitional\n@ports: 8 16 31\n@vectors: 0 2 4"),
    "interface": table(
      """
      @type: network user ethernet
      mac/@address: 52:54:00:00:00:aa 52:54:00:00:00:ab
      mac/@type: static
      model/@type: virtio e1000 e1000e rtl8139 virtio-transitional virtio-non-transitional ne2k_pci
      mtu/@size: 1500 9000
      driver/@name: qemu vhost
      driver/@queues: 1 2 4
      driver/@rx_queue_size: 256 512
      driver/@tx_queue_size: 256 512
      driver/@event_idx: on off
      driver/@rss: on off
      driver/host/@csum: on off
      driver/guest/@tso4: on off
      target/@dev: tap-1
      coalesce/rx/frames/@max: 5
      source/address/@function: 0x2 0x3
      source/address/@bus: 0x05 0x07
      """),
    "hostdev": table(
      """
      @type: pci usb scsi
      source/address/@bus: 0x06 0x07
      source/vendor/@id: 0x1234 0x4321
      readonly: <>
      driver/@name: vfio
      """),
    "video": table(
      """
      model/@type: vga cirrus qxl virtio bochs none
      model/@ram: 65536 131072
      model/@vram: 8192 16384 65536
      model/@vram64: 65536
      model/@vgamem: 8192 16384
      model/@heads: 1 2 4
      model/@primary: yes no
      model/@blob: on off
      model/acceleration/@accel2d: yes no
      model/acceleration/@accel3d: yes no
      model/resolution/@x: 1024 1280
      model/resolution/@y: 768 800
      driver/@vgaconf: io on off
      """),
    "sound": table("@model: ich6 ich9 ac97 es1370 sb16 usb\ncodec/@type: micro duplex output"),
    "input": table("@type: tablet mouse keyboard\n@bus: usb virtio ps2\n@model: virtio virtio-transitional"),
    "watchdog": table("@model: i6300esb ib700"),
    "rng": table("@model: virtio virtio-transitional virtio-non-transitional"),
    "memballoon": table(
      "@model: virtio none virtio-transitional\n@autodeflate: on off\n@freePageReporting: on off"),
    "tpm": table(
      """
      @model: tpm-crb tpm-tis
      backend/@type: emulator passthrough
      backend/@version: 1.2 2.0
      backend/@persistent_state: yes no
      backend/active_pcr_banks/sha1: <>
      backend/active_pcr_banks/sha256: <>
      """),
    "shmem": table(
      """
      @name: other
      @role: master peer
      model/@type: ivshmem ivshmem-plain ivshmem-doorbell
      size: 1 2 4194304 8388608
      server/@path: /srv/bell-2
      msi: <>
      msi/@vectors: 1 8 16
      msi/@ioeventfd: on off
      """),
    "vsock": table("@model: virtio virtio-transitional virtio-non-transitional\ncid/@auto: yes no"),
    "panic": table("@model: isa hyperv"),
    "iommu": table(
      """
      @model: intel virtio smmuv3
      driver/@intremap: on off
      driver/@caching_mode: on off
      driver/@eim: on off
      driver/@iotlb: on off
      driver/@aw_bits: 39 48
      """),
    "memory": table(
      """
      @model: dimm nvdimm virtio-mem virtio-pmem
      @access: shared private
      @discard: yes no
      uuid: 49545eb3-75e1-2d0a-acdd-f0294406c9ff
      source/path: /srv/other
      source/alignsize: 2048 4096
      source/pagesize: 4 2048
      source/pmem: <>
      source/nodemask: 0
      target/size: 131072 262144 524288
      target/node: 0 1
      target/block: 2048 4096
      target/requested: 0 65536 131072
      target/label/size: 128 256
      target/readonly: <>
      address/@slot: 0 1 2 3
      address/@base: 0x100000000 0x110000000
      """),
    "serial": table(
      """
      @type: pty null
      target/@type: isa-serial pci-serial usb-serial
      target/@port: 0 1 2 3
      target/model/@name: isa-serial pci-serial usb-serial 16550a
      """),
    "parallel": table("target/@port: 0 1\n@type: null pty"),
    "console": table("@type: pty null\ntarget/@type: serial virtio\ntarget/@port: 0 1 2"),
    "channel": table(
      """
      @type: pty unix null spicevmc
      target/@type: virtio guestfwd
      target/@name: org.qemu.guest_agent.0 org.example.1 org.example.2
      target/@address: 10.0.2.1 10.0.2.2
      target/@port: 4600 4601
      """),
    "redirdev": table("@bus: usb\n@type: tcp spicevmc"),
    "redirfilter": table(
      """
      usbdev/@class: 0x08 0x03
      usbdev/@vendor: 0x1234 0x4321
      usbdev/@product: 0xbeef 0xdead
      usbdev/@version: 2.56 1.00
      usbdev/@allow: yes no
      """),
    "filesystem": table(
      """
      @accessmode: passthrough mapped
      @model: virtio virtio-transitional
      @multidevs: remap warn
      target/@dir: share other
      readonly: <>
      driver/@type: path
      """),
    "graphics": table("@port: 5901 -1\n@keymap: de"),
    "audio": table("@type: none oss"),
    "lease": table("lockspace: a d"),
  ]

  /// Each with the kind of device that it is for; `nil`: the domain's own.
  static let all: [(kind: String?, change: FieldChange)] =
    (domain + host).map { (nil, $0) }
    + devices.sorted { $0.key < $1.key }.flatMap { kind, changes in changes.map { (kind, $0) } }
}
