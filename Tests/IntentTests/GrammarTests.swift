import DomainXML
import Intent
import Testing
import Vocabulary

/// Every key of the grammar (design section 6 and the table of intent-rules.md) is read as what it says.
@Suite struct GrammarTests {
  @Test func `metadata is read`() throws {
    let document = try Documents.parse(
      """
      apiVersion: vmctl/v1
      kind: Domain
      metadata:
        name: web-1
        uuid: 0B7C5D1E-3B4A-4C5D-8E6F-7A8B9C0D1E2F
        labels: {tier: web, rack: 12}
        generation: 7
      spec: {}
      """)
    #expect(document.name.text == "web-1")
    #expect(document.uuid?.description == "0b7c5d1e-3b4a-4c5d-8e6f-7a8b9c0d1e2f")
    #expect(document.labels == ["tier": "web", "rack": "12"])
    #expect(document.clientGeneration == 7)
  }

  @Test func `an empty spec has no opinion (R1)`() throws {
    let document = try Documents.spec("")
    #expect(document.power == .unmanaged)
    #expect(document.isProtected == false)
    #expect(document.unlisted == .keep)
    #expect(document.drift == .reassert)
    #expect(document.onGuestShutdown == .stay)
    #expect(document.shutdown == IntentDocument.Shutdown())
    #expect(document.devices == nil)
    #expect(document.creation == nil)
    #expect(document.vcpus == nil)
    #expect(document.memory == nil)
    #expect(document.removals.isEmpty)
  }

  @Test func `every key of spec is read`() throws {
    let document = try Documents.spec(
      """
      power: running
      protected: true
      unlisted: remove
      removals: [data, lan]
      drift: report
      shutdown: {deadline: 90s, otherwise: destroy}
      onGuestShutdown: restart
      vcpus: 2
      memory: 2 GiB
      devices: []
      """)
    #expect(document.power == .running)
    #expect(document.isProtected)
    #expect(document.unlisted == .remove)
    #expect(document.removals.map(\.text).sorted() == ["data", "lan"])
    #expect(document.drift == .report)
    #expect(document.shutdown.deadline == .seconds(90))
    #expect(document.shutdown.otherwise == .destroy)
    #expect(document.onGuestShutdown == .restart)
    #expect(document.vcpus == 2)
    #expect(document.memory == 2 << 20)
    #expect(document.devices?.isEmpty == true)
  }

  @Test func `every key of creation is read`() throws {
    let document = try Documents.spec(
      """
      creation:
        type: qemu
        machine: pc-q35-7.2
        firmware: {type: efi, follow: host}
        cpu: {model: host-model, follow: host}
        memory: 512 MiB
        vcpus: 8
        hotplugMemory: {limit: 16GiB, slots: 8}
        rootPorts: 4
        kernel: /boot/vmlinuz
        initrd: /boot/initrd
        cmdline: console=ttyS0 quiet
        serial: {file: /var/log/web-1.log}
        graphics: vnc
      """)
    guard case .stated(let stated) = document.creation?.content else {
      Issue.record("creation is not read")
      return
    }
    #expect(stated.type == "qemu")
    #expect(stated.machine == "pc-q35-7.2")
    #expect(stated.firmware == .efi(followHost: true))
    #expect(stated.cpu?.model == "host-model")
    #expect(stated.cpu?.followHost == true)
    #expect(stated.memory == 512 << 10)
    #expect(stated.vcpus == 8)
    #expect(stated.hotplugMemory?.limit == 16 << 20)
    #expect(stated.hotplugMemory?.slots == 8)
    #expect(stated.rootPorts == 4)
    #expect(stated.kernel == "/boot/vmlinuz")
    #expect(stated.initrd == "/boot/initrd")
    #expect(stated.cmdline == "console=ttyS0 quiet")
    #expect(stated.serial == .file("/var/log/web-1.log"))
    #expect(stated.graphics == "vnc")
  }

  @Test func `creation has defaults for all but memory`() throws {
    guard case .stated(let stated) = try Documents.spec("creation: {memory: 1 GiB}").creation?.content else {
      Issue.record("creation is not read")
      return
    }
    #expect(stated.machine == "q35")
    #expect(stated.firmware == .bios)
    #expect(stated.cpu == nil)
    #expect(stated.vcpus == 1)
    #expect(stated.rootPorts == 8)
    #expect(stated.serial == .pty)
    #expect(stated.graphics == "none")
  }

  @Test func `every key of a device is read`() throws {
    let device = try Documents.device(
      """
      id: data
      disk: {file: /srv/data.qcow2, format: qcow2, bus: virtio, target: vdb}
      bootOrder: 2
      sides: persistent
      was: storage
      replace: allowed
      unplug: {deadline: 30s, otherwise: nextBoot}
      protected: true
      drift: report
      address: {type: pci, bus: 0x05, slot: 0}
      """)
    #expect(device.id.text == "data")
    #expect(device.kind.name == "disk")
    #expect(device.bootOrder == 2)
    #expect(device.sides == .persistent)
    #expect(device.was?.text == "storage")
    #expect(device.replaceAllowed)
    #expect(device.unplug == WantedDevice.Unplug(deadline: .seconds(30), otherwise: .nextBoot))
    #expect(device.isProtected)
    #expect(device.drift == .report)
    #expect(device.address == .pci(PCIAddress(bus: 5, slot: 0)))
  }

  @Test func `a device has defaults`() throws {
    let device = try Documents.device("id: rng\nxml: <rng model='virtio'/>")
    #expect(device.sides == .both)
    #expect(device.replaceAllowed == false)
    #expect(device.unplug == WantedDevice.Unplug(deadline: .seconds(120), otherwise: .keep))
    #expect(device.isProtected == false)
    #expect(device.drift == nil)
    #expect(device.address == nil)
    #expect(device.bootOrder == nil)
  }

  @Test func `a reference binds a device of any kind`() throws {
    for (kind, value) in [("serial", "0"), ("disk", "vda"), ("video", "0"), ("interface", "52:54:00:12:34:56")] {
      let device = try Documents.device("id: it\nreference: {\(kind): \(value)}")
      guard case .reference(let reference) = device.content else {
        Issue.record("\(kind) is no reference")
        continue
      }
      #expect(reference.kind == kind)
      #expect(reference.value == value)
      #expect(device.contentDigest == nil)
    }
  }

  static let addresses: [(String, Slot)] = [
    ("{type: pci, bus: 1, slot: 0, function: 0x0}", .pci(PCIAddress(bus: 1, slot: 0))),
    ("{type: virtio-serial, controller: 0, bus: 0, port: 3}", .virtioSerial(controller: 0, bus: 0, port: 3)),
    ("{type: usb, bus: 0, port: 1.2}", .usb(bus: 0, port: "1.2")),
  ]

  @Test(arguments: addresses.indices) func `an address of each type is read (R12)`(_ index: Int) throws {
    let (text, slot) = GrammarTests.addresses[index]
    #expect(try Documents.device("id: it\nxml: <hostdev/>\naddress: \(text)").address == slot)
  }

  @Test func `a drive address counts per interface`() throws {
    let device = try Documents.device(
      """
      id: it
      disk: {file: /a, format: raw, bus: sata, target: sda}
      address: {type: drive, controller: 0, bus: 0, target: 0, unit: 3}
      """)
    #expect(
      device.address
        == .drive(DriveAddress(interface: "sata", controller: 0, bus: 0, target: 0, unit: 3)))
  }

  @Test func `amounts of memory need a unit`() {
    #expect(parseMemory("512 MiB") == 512 << 10)
    #expect(parseMemory("2GiB") == 2 << 20)
    #expect(parseMemory("1 TiB") == 1 << 30)
    #expect(parseMemory("64 KiB") == 64)
    for wrong in ["512", "512 MB", "0 MiB", "-1 MiB", "2 gib", "MiB", "1.5 GiB", "99999999999 TiB", "٢ GiB"] {
      #expect(parseMemory(wrong) == nil, "\(wrong)")
    }
  }

  @Test func `a length of time needs a unit`() {
    #expect(parseDuration("250ms") == .milliseconds(250))
    #expect(parseDuration("30s") == .seconds(30))
    #expect(parseDuration("5m") == .seconds(300))
    #expect(parseDuration("2h") == .seconds(7200))
    for wrong in ["30", "s", "1d", "-5s", "99999999999999999999s", "1.5h"] { #expect(parseDuration(wrong) == nil) }
  }
}
