import TestSupport
import Testing

/// Kinds of devices as the tables and tests of hotplug know them, one of each sort that a private host can have.
struct KindSample: Sendable, CustomTestStringConvertible {
  let name: String
  /// `FILE`, `NET`, `NAME`, `VD` and `SD` stand for what is each device's own.
  let xml: String
  /// The same with one thing changed; `nil`: nothing of it can change by itself.
  var update: (from: String, to: String, what: String)?
  var isMemory = false
  var testDescription: String { name }

  static let all: [KindSample] = [
    KindSample(
      name: "virtio disk", xml: "<disk type='file'><source file='FILE'/><target dev='VD' bus='virtio'/>TUNE</disk>",
      update: throttle),
    KindSample(
      name: "scsi disk", xml: "<disk type='file'><source file='FILE'/><target dev='SD' bus='scsi'/>TUNE</disk>",
      update: throttle),
    KindSample(
      name: "usb disk", xml: "<disk type='file'><source file='FILE'/><target dev='SD' bus='usb'/>TUNE</disk>",
      update: throttle),
    KindSample(
      name: "scsi cdrom",
      xml: "<disk type='file' device='cdrom'><source file='FILE'/><target dev='SD' bus='scsi'/><readonly/></disk>",
      update: ("FILE", "FILE2", "its medium")),
    KindSample(name: "virtio card", xml: card("virtio"), update: link),
    KindSample(name: "e1000 card", xml: card("e1000"), update: link),
    KindSample(name: "e1000e card", xml: card("e1000e"), update: link),
    KindSample(name: "scsi controller", xml: "<controller type='scsi' index='3' model='virtio-scsi'/>"),
    KindSample(
      name: "rng", xml: "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>",
      update: ("/dev/urandom", "/dev/random", "its backend")),
    KindSample(
      name: "channel", xml: "<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>"),
    KindSample(name: "virtio console", xml: "<console type='pty'><target type='virtio'/></console>"),
    KindSample(name: "usb tablet", xml: "<input type='tablet' bus='usb'/>"),
    KindSample(name: "virtio keyboard", xml: "<input type='keyboard' bus='virtio'/>"),
    KindSample(
      name: "dimm", xml: "<memory model='dimm'><target><size unit='MiB'>128</size><node>0</node></target></memory>",
      isMemory: true),
    KindSample(
      name: "virtio-mem",
      xml: "<memory model='virtio-mem'><target><size unit='MiB'>128</size><node>0</node><block unit='MiB'>2</block>"
        + "<requested unit='MiB'>32</requested></target></memory>",
      update: ("'MiB'>32<", "'MiB'>64<", "its requested size"), isMemory: true),
    KindSample(
      name: "shmem", xml: "<shmem name='NAME'><model type='ivshmem-plain'/><size unit='M'>4</size></shmem>"),
    KindSample(name: "i6300esb watchdog", xml: "<watchdog model='i6300esb' action='none'/>"),
    KindSample(name: "pci-serial", xml: "<serial type='pty'><target type='pci-serial'/></serial>"),
    KindSample(name: "usb-serial", xml: "<serial type='pty'><target type='usb-serial'/></serial>"),
    KindSample(
      name: "lease", xml: "<lease><lockspace>NAME</lockspace><key>k</key><target path='FILE.lease'/></lease>"),
  ]

  private static let throttle = (
    from: "TUNE", to: "<iotune><total_iops_sec>100</total_iops_sec></iotune>", what: "its throttle"
  )
  private static let link = (from: "LINK", to: "<link state='down'/>", what: "its link")

  private static func card(_ model: String) -> String {
    "<interface type='network'><source network='NET'/><model type='\(model)'/>LINK</interface>"
  }

  /// A letter of its own, for names of disks.
  private var letter: String {
    let place = KindSample.all.firstIndex { $0.name == name } ?? 0
    return String(UnicodeScalar(UInt8(ascii: "c") + UInt8(place)))
  }

  /// The device in a document; `isUpdated`: with the one thing changed.
  func device(_ id: String, in domain: LiveDomain, isUpdated: Bool = false) -> String {
    var text = xml
    if let update, isUpdated { text = text.replacing(update.from, with: update.to) }
    text = text.filled([
      "TUNE": "", "LINK": "", "FILE2": "\(domain.folder)/\(id)-2.img", "FILE": "\(domain.folder)/\(id).img",
      "NET": domain.host.network, "NAME": "\(domain.name)-\(id)", "VD": "vd" + letter, "SD": "sd" + letter,
    ])
    return "{id: \(id), xml: \"\(text)\"}"
  }

  /// The word as an id.
  var id: String { name.replacing(" ", with: "-") }
}
