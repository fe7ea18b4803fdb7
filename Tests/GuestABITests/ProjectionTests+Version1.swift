extension ProjectionTests {
  /// The sample's lines in projection 1.
  static let expected = """
    vmctl guest ABI 1
    @type = kvm
    uuid = 0b7c5d1e3b4a4c5d8e6f7a8b9c0d1e2f
    os/type = hvm
    os/type/@arch = x86_64
    os/type/@machine = pc-q35-7.2
    os/loader = /usr/share/OVMF/OVMF_CODE_4M.fd
    os/loader/@type = pflash
    os/loader/@readonly = yes
    os/boot[1]
    os/boot[1]/@dev = hd
    vcpu = 4
    vcpus (onlineCPUs) = 0-1
    memory (bootMemory) = 2 GiB
    features/acpi = present
    features/vmport/@state = off
    features/hyperv/@mode = custom
    features/hyperv/relaxed/@state = on
    features/hyperv/spinlocks/@retries = 8191
    clock/timer[1]
    clock/timer[1]/@name = hpet
    clock/timer[1]/@present = no
    clock/timer[2]
    clock/timer[2]/@name = rtc
    clock/timer[2]/@tickpolicy = catchup
    clock/@offset = utc
    cpu/model = Skylake-Server
    cpu/topology/@sockets = 1
    cpu/topology/@cores = 4
    cpu/topology/@threads = 1
    cpu/feature[1]
    cpu/feature[1]/@name = hle
    cpu/feature[1]/@policy = disable
    cpu/feature[2]
    cpu/feature[2]/@name = vmx
    cpu/numa/cell[1]
    cpu/numa/cell[1]/@memory = 1 GiB
    cpu/numa/cell[1]/@cpus = 0-1
    cpu/numa/cell[2]
    cpu/numa/cell[2]/@memory = 1 GiB
    cpu/numa/cell[2]/@cpus = 2-3
    sysinfo[1]
    sysinfo[1]/@type = smbios
    sysinfo[1]/system/entry[serial] = S-1
    sysinfo[1]/oemStrings = <oemStrings><entry>ds=nocloud</entry></oemStrings>
    channel
      target/@type = virtio
      target/@name = org.qemu.guest_agent.0
      address/@type = virtio-serial
      address/@port = 1
    controller
      @type = pci
      @model = pcie-root
    controller at 02.0 (00:02.0)
      @type = pci
      @model = pcie-root-port
      model/@name = pcie-root-port
      target/@chassis = 1
      target/@port = 16
      address/@multifunction = on
    controller at 02.1 (00:02.1)
      @type = pci
      @model = pcie-root-port
      model/@name = pcie-root-port
      target/@chassis = 2
      target/@port = 17
    controller at 02.1/00.0 (02:00.0)
      @type = usb
      @model = qemu-xhci
      @ports = 15
    controller at 02.2 (00:02.2)
      @type = pci
      @model = pcie-root-port
      model/@name = pcie-root-port
      target/@chassis = 3
      target/@port = 18
    controller at 02.3 (00:02.3)
      @type = pci
      @model = pcie-root-port
      model/@name = pcie-root-port
      target/@chassis = 4
      target/@port = 19
    disk at 02.2/00.0 (03:00.0)
      target/@bus = virtio
      serial = root-1
    disk at 02.3/00.0 (04:00.0)
      target/@bus = virtio
    input
      @type = tablet
      address/@type = usb
      address/@port = 1
    interface at 02.0/00.0 (01:00.0)
      mac/@address = 52:54:00:12:34:56
      model/@type = virtio
    memballoon
      @model = virtio
    """.split(separator: "\n").map(String.init)
}
