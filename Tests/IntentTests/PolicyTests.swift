import DomainXML
import Foundation
import Intent
import Testing
import Vocabulary

/// Design section 12 and faults.md section 3: what a document may name of the host when its sender is not root there.
@Suite struct PolicyTests {
  private static let policy = DocumentPolicy(roots: ["/srv/vm", "/var/lib/libvirt/images"])

  struct Attack: Sendable, CustomTestStringConvertible {
    let what: String
    let device: String
    /// In the message or the place.
    let named: [String]

    init(_ what: String, _ device: String, _ named: String...) {
      self.what = what
      self.device = device
      self.named = named
    }

    var testDescription: String { what }
  }

  private static func disk(_ inside: String, type: String = "file", driver: String = "<driver type='raw'/>") -> String {
    "<disk type='\(type)' device='disk'>\(driver)\(inside)<target dev='vdb' bus='virtio'/></disk>"
  }

  private static let qemu = "http://libvirt.org/schemas/domain/qemu/1.0"

  static let attacks: [Attack] = [
    Attack("an element that nobody knows", "<holodeck path='/etc'/>", "<holodeck>", "does not know"),
    Attack(
      "QEMU's namespace", "<rng model='virtio' xmlns:qemu='\(qemu)'><backend model='builtin'/></rng>", "xmlns:qemu",
      qemu),
    Attack(
      "QEMU's namespace under another prefix",
      "<rng model='virtio' xmlns:a='\(qemu)'><backend model='builtin'/><a:commandline><a:arg value='-S'/></a:commandline></rng>",
      "<a:commandline>", "orders to the hypervisor"),
    Attack(
      "QEMU's namespace declared inside",
      "<rng model='virtio'><backend model='builtin'/><x:y xmlns:x='\(qemu)' x:z='1'/></rng>", "<x:y>"),
    Attack(
      "QEMU's namespace as the default",
      "<rng model='virtio'><backend model='builtin'/><commandline xmlns='\(qemu)'/></rng>", "<commandline>",
      "orders to the hypervisor"),
    Attack("a file outside the roots", disk("<source file='/etc/shadow'/>"), "/etc/shadow", "source/@file"),
    Attack("dots", disk("<source file='/srv/vm/../../etc/shadow'/>"), "/srv/vm/../../etc/shadow"),
    Attack("dots and slashes", disk("<source file='/srv/vm//./..//../etc/shadow'/>"), "source/@file"),
    Attack("a root's neighbour", disk("<source file='/srv/vm-other/a.img'/>"), "/srv/vm-other/a.img"),
    Attack("the root itself", disk("<source file='/srv/vm'/>"), "/srv/vm"),
    Attack("a relative path", disk("<source file='a.img'/>"), "a.img"),
    Attack("a path spelled with references", disk("<source file='&#47;etc/shadow'/>"), "/etc/shadow"),
    Attack("a control character", disk("<source file='/srv/vm/a&#9;b'/>"), "source/@file"),
    Attack(
      "a second source", disk("<source file='/srv/vm/a.img'/><source file='/etc/shadow'/>"), "<source>", "twice"),
    Attack("no format", disk("<source file='/srv/vm/a.img'/>", driver: ""), "driver/@type", "not stated"),
    Attack(
      "another format", disk("<source file='/srv/vm/a.vmdk'/>", driver: "<driver type='vmdk'/>"), "vmdk"),
    Attack(
      "a second driver", disk("<driver type='vdi'/><source file='/srv/vm/a.img'/>"), "<driver>", "twice"),
    Attack(
      "a layer outside the roots",
      disk(
        "<source file='/srv/vm/a.q'/><backingStore type='file'><format type='raw'/><source file='/etc/passwd'/>"
          + "</backingStore>", driver: "<driver type='qcow2'/>"), "/etc/passwd", "backing file"),
    Attack(
      "a layer without a format",
      disk(
        "<source file='/srv/vm/a.q'/><backingStore type='file'><source file='/srv/vm/b'/></backingStore>",
        driver: "<driver type='qcow2'/>"), "backingStore/format/@type"),
    Attack(
      "a layer that is a device",
      disk(
        "<source file='/srv/vm/a.q'/><backingStore type='block'><format type='raw'/><source dev='/dev/sda'/>"
          + "</backingStore>", driver: "<driver type='qcow2'/>"), "/dev/sda", "backingStore/source/@dev"),
    Attack("a block device", disk("<source dev='/dev/sda'/>", type: "block"), "/dev/sda", "of the type block"),
    Attack("a folder as a disk", disk("<source dir='/etc'/>", type: "dir"), "/etc", "of the type dir"),
    Attack("a volume", disk("<source pool='default' volume='a'/>", type: "volume"), "of the type volume"),
    Attack("an NVMe device", disk("<source type='pci' namespace='1'/>", type: "nvme"), "of the type nvme"),
    Attack(
      "a vhost-user disk", disk("<source type='unix' path='/run/v.sock'/>", type: "vhostuser"), "of the type vhostuser",
      "/run/v.sock"),
    Attack(
      "a vdpa disk", disk("<source dev='/dev/vhost-vdpa-0'/>", type: "vhostvdpa"), "/dev/vhost-vdpa-0"),
    Attack(
      "storage over the network",
      disk("<source protocol='http' name='latest/meta-data'><host name='169.254.169.254'/></source>", type: "network"),
      "of the type network", "policy.networkDisks"),
    Attack(
      "a socket of storage over the network",
      disk(
        "<source protocol='nbd'><host transport='unix' socket='/run/nbd.sock'/></source>", type: "network"),
      "/run/nbd.sock"),
    Attack(
      "a reservation socket",
      disk(
        "<source file='/srv/vm/a'><reservations managed='no'><source type='unix' path='/run/pr.sock'/></reservations>"
          + "</source>"), "/run/pr.sock"),
    Attack(
      "a data file",
      disk("<source file='/srv/vm/a'><dataStore type='file'><source file='/etc/shadow'/></dataStore></source>"),
      "/etc/shadow", "source/dataStore/source/@file"),
    Attack("a mirror", disk("<source file='/srv/vm/a'/><mirror><source file='/etc/x'/></mirror>"), "/etc/x"),
    Attack(
      "a label", disk("<source file='/srv/vm/a'><seclabel model='dac' relabel='no'/></source>"), "<seclabel>"),
    Attack(
      "commands to hardware",
      disk("<source file='/srv/vm/a'/>").replacing("device='disk'", with: "device='disk' rawio='yes'"),
      "host's hardware"),
    Attack(
      "a ROM", "<interface type='network'><source network='default'/><rom file='/etc/shadow'/></interface>",
      "/etc/shadow",
      "rom/@file"),
    Attack(
      "a script", "<interface type='network'><source network='default'/><script path='/srv/vm/up'/></interface>",
      "/srv/vm/up", "script/@path"),
    Attack(
      "another tap", "<interface type='network'><source network='d'/><backend tap='/dev/mem'/></interface>", "/dev/mem"),
    Attack("a card of the host", "<interface type='direct'><source dev='eth0'/></interface>", "of the type direct"),
    Attack("a card without a type", "<interface><source network='default'/></interface>", "the interface is refused"),
    Attack(
      "the host's own network", "<interface type='user'><backend type='passt' logFile='/etc/cron.d/x'/></interface>",
      "of the type user", "/etc/cron.d/x"),
    Attack(
      "a vhost-user card", "<interface type='vhostuser'><source type='unix' path='/run/a' mode='client'/></interface>",
      "of the type vhostuser", "/run/a"),
    Attack("ethernet", "<interface type='ethernet'/>", "of the type ethernet"),
    Attack("a vdpa card", "<interface type='vdpa'><source dev='/dev/vhost-vdpa-0'/></interface>", "/dev/vhost-vdpa-0"),
    Attack(
      "a host device", "<hostdev mode='subsystem' type='pci'><source><address bus='1' slot='0'/></source></hostdev>",
      "device of the host", "policy.hostDevices"),
    Attack(
      "a block of the host as capability",
      "<hostdev mode='capabilities' type='storage'><source><block>/dev/sdb</block></source></hostdev>", "/dev/sdb"),
    Attack(
      "a folder", "<filesystem type='mount'><source dir='/'/><target dir='/x'/></filesystem>", "folder of the host"),
    Attack(
      "a folder's program",
      "<filesystem><driver type='virtiofs'/><binary path='/bin/sh'/><source dir='/srv/vm'/><target dir='x'/></filesystem>",
      "/bin/sh", "binary/@path"),
    Attack(
      "an external virtiofs", "<filesystem><source socket='/run/v.sock'/><target dir='x'/></filesystem>", "/run/v.sock"),
    Attack("a serial port to a socket", "<serial type='unix'><source mode='bind' path='/run/s'/></serial>", "/run/s"),
    Attack(
      "a serial port to a port", "<serial type='tcp'><source mode='bind' host='0.0.0.0' service='1'/></serial>", "tcp"),
    Attack(
      "a serial port over udp", "<serial type='udp'><source mode='connect' host='h' service='1'/></serial>", "udp"),
    Attack("a serial port to a pipe", "<serial type='pipe'><source path='/srv/vm/p'/></serial>", "of the type pipe"),
    Attack("a serial port to a file", "<serial type='file'><source path='/etc/cron.d/x'/></serial>", "/etc/cron.d/x"),
    Attack("a serial port to a device", "<serial type='dev'><source path='/dev/ttyS0'/></serial>", "/dev/ttyS0"),
    Attack("a serial port's log", "<serial type='pty'><log file='/etc/cron.d/x'/></serial>", "log/@file"),
    Attack("a null modem", "<serial type='nmdm'><source master='/dev/a' slave='/dev/b'/></serial>", "of the type nmdm"),
    Attack("standard input", "<console type='stdio'><target type='virtio'/></console>", "of the type stdio"),
    Attack("a D-Bus channel", "<channel type='dbus'><target type='virtio' name='a'/></channel>", "of the type dbus"),
    Attack(
      "a channel at a path",
      "<channel type='unix'><source mode='bind' path='/run/c'/><target type='virtio'/></channel>",
      "/run/c"),
    Attack("a parallel port", "<parallel type='dev'><source path='/dev/parport0'/></parallel>", "/dev/parport0"),
    Attack("a redirected device", "<redirdev bus='usb' type='tcp'><source host='h' service='1'/></redirdev>", "tcp"),
    Attack("a smart card of the host", "<smartcard mode='host'/>", "the smartcard is refused"),
    Attack(
      "certificates of the host",
      "<smartcard mode='host-certificates'><certificate>a</certificate><database>/etc/pki/nssdb</database></smartcard>",
      "/etc/pki/nssdb"),
    Attack(
      "random numbers from anywhere", "<rng model='virtio'><backend model='random'>/dev/sda</backend></rng>", "/dev/sda"
    ),
    Attack(
      "random numbers from a socket",
      "<rng model='virtio'><backend model='egd' type='unix'><source mode='connect' path='/run/egd'/></backend></rng>",
      "/run/egd", "socket"),
    Attack(
      "a second backend",
      "<rng model='virtio'><backend model='builtin'/><backend model='random'>/dev/sda</backend></rng>", "/dev/sda",
      "twice"),
    Attack("shared memory", "<shmem name='other'><model type='ivshmem-plain'/></shmem>", "memory of the host"),
    Attack(
      "a shared memory server",
      "<shmem name='a'><model type='ivshmem-doorbell'/><server path='/run/ivshmem'/></shmem>", "/run/ivshmem"),
    Attack(
      "a TPM of the host", "<tpm><backend type='passthrough'><device path='/dev/tpm0'/></backend></tpm>", "/dev/tpm0"),
    Attack(
      "an external TPM",
      "<tpm><backend type='external'><source type='unix' mode='connect' path='/run/t'/></backend></tpm>", "/run/t"),
    Attack("an NVDIMM", "<memory model='nvdimm'><source><path>/dev/dax0.0</path></source></memory>", "source/path"),
    Attack(
      "an input device of the host", "<input type='evdev'><source dev='/dev/input/event0'/></input>",
      "/dev/input/event0"),
    Attack(
      "an input device passed through",
      "<input type='passthrough' bus='virtio'><source evdev='/dev/input/e1'/></input>",
      "/dev/input/e1"),
    Attack("a screen on a socket", "<graphics type='vnc' socket='/run/vnc'/>", "@socket"),
    Attack(
      "a screen that listens on a socket", "<graphics type='vnc'><listen type='socket' socket='/run/v'/></graphics>",
      "listen/@socket"),
    Attack(
      "the host's own screen", "<graphics type='sdl' display=':0' xauth='/root/.Xauthority'/>", "/root/.Xauthority"),
    Attack(
      "the host's graphics card", "<graphics type='egl-headless'><gl rendernode='/dev/dri/renderD128'/></graphics>",
      "gl/@rendernode"),
    Attack("a screen on a bus", "<graphics type='dbus' address='unix:path=/run/b'/>", "of the type dbus"),
    Attack(
      "a card that a program draws", "<video><driver name='vhostuser'/><model type='virtio'/></video>",
      "a program of the host"),
    Attack("sound to a file", "<audio id='1' type='file' path='/etc/cron.d/x'/>", "/etc/cron.d/x"),
    Attack("sound of the host", "<audio id='1' type='oss'><input dev='/dev/dsp'/></audio>", "/dev/dsp"),
    Attack(
      "a crypto device of the host", "<crypto model='virtio' type='qemu'><backend model='lkcf'/></crypto>", "the crypto"
    ),
    Attack(
      "a lease's file", "<lease><lockspace>a</lockspace><key>b</key><target path='/etc/x'/></lease>", "target/@path"),
    Attack("a crash log", "<pstore backend='acpi-erst'><path>/etc/x</path><size>1</size></pstore>", "/etc/x"),
    Attack("a path where none is known", "<watchdog model='itco' action='none' log='/etc/x'/>", "@log", "/etc/x"),
    Attack(
      "a path in a text where none is known", "<vsock model='virtio'><cid auto='yes'>/etc/x</cid></vsock>", "/etc/x"),
    Attack("a URL where none is known", "<sound model='ich9' codec='nbd://10.0.0.1/a'/>", "nbd://10.0.0.1/a"),
  ]

  @Test(arguments: attacks) func `every way into the host is refused, and the refusal names it`(_ attack: Attack) throws
  {
    let document = try parsed(
      "- {id: ok, interface: {network: default}}\n  - id: bad\n    xml: |\n      \(attack.device)")
    let problems = Self.policy.check(document)
    let all = problems.map { $0.message + " " + ($0.found ?? "") + " " + ($0.remedy ?? "") }.joined(separator: "\n")
    #expect(!problems.isEmpty)
    for name in attack.named { #expect(all.contains(name), "\(name) in: \(all)") }
    for problem in problems {
      #expect(problem.code == "policy" && problem.domain == "web-1" && problem.device == "bad")
      #expect(problem.path?.hasPrefix("spec.devices[1]") == true)
      #expect(problem.remedy?.contains("scope admin") == true)
    }
  }

  @Test func `every kind of the catalogue is in the table, or reaches nothing`() {
    let reached = Set(
      Self.attacks.compactMap { $0.device.dropFirst().split(whereSeparator: { " />".contains($0) }).first }.map(
        String.init))
    for kind in Catalogue.kinds {
      let own = kind.reach.filter { $0.path.text != "rom/@file" && $0.object != .harmless }
      guard !own.isEmpty || !kind.pieces.isEmpty else { continue }
      #expect(reached.contains(kind.element), "\(kind.name)")
    }
  }

  @Test(arguments: [
    (
      "creation: {xml: \"<domain type='qemu'><name>web-1</name><devices><emulator>/bin/sh</emulator></devices></domain>\"}",
      "spec.creation.xml"
    ),
    ("creation: {memory: 64 MiB, kernel: /etc/shadow}", "spec.creation.kernel"),
    ("creation: {memory: 64 MiB, kernel: /srv/vm/k, initrd: /srv/i}", "spec.creation.initrd"),
    ("creation: {memory: 64 MiB, serial: {file: /etc/cron.d/x}}", "spec.creation.serial.file"),
    ("metadata: [\"<a:b xmlns:a='\(qemu)'/>\"]", "spec.metadata[0]"),
  ]) func `what is said of the domain itself is held against the policy too`(_ line: String, _ path: String) throws {
    let text = "apiVersion: vmctl/v1\nkind: Domain\nmetadata: {name: web-1}\nspec:\n  \(line)\n"
    let document = try #require(try IntentParser.parse([.init(name: "a", bytes: Array(text.utf8))]).first)
    #expect(Self.policy.check(document).map(\.path) == [path])
  }

  @Test(arguments: [
    "<emulator>/bin/sh</emulator>", "<q:rng xmlns:q='\(qemu)' model='virtio'/>",
  ])
  func `what is no device of libvirt's is no device of a document's, and is named`(_ xml: String) {
    let faults = Documents.faults(Documents.yaml("devices:\n- id: bad\n  xml: |\n    \(xml)"))
    let name = String(xml.prefix { $0 != " " && $0 != ">" })
    #expect(faults.count == 1 && faults.first?.message.contains(name) == true, "\(faults)")
  }

  @Test func `a medium is an image like another`() throws {
    let document = try parsed("- {id: cd, disk: {device: cdrom, bus: sata, target: sda}, media: {file: /etc/shadow}}")
    let problems = Self.policy.check(document)
    #expect(problems.map(\.found) == ["/etc/shadow"])
  }

  static let ordinary = [
    "- {id: a, disk: {file: /srv/vm/a.qcow2, format: qcow2, bus: virtio, target: vda}}",
    "- {id: a, disk: {file: /srv/vm//x/./y/a.img, format: raw, bus: scsi, target: sda}}",
    "- {id: a, disk: {device: cdrom, bus: sata, target: sda}, media: {file: /srv/vm/a.iso}}",
    "- {id: a, disk: {device: cdrom, bus: sata, target: sda}}",
    "- {id: a, interface: {network: default, bandwidth: {inboundAverage: 10}}}",
    "- {id: a, interface: {bridge: br0}}",
    "- {id: a, memory: {model: nvdimm, size: 64 MiB, file: /srv/vm/n}}",
    "- {id: a, xml: \"<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>\"}",
    "- {id: a, xml: \"<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>\"}",
    "- {id: a, xml: \"<channel type='spicevmc'><target type='virtio' name='com.redhat.spice.0'/></channel>\"}",
    "- {id: a, xml: \"<serial type='pty'><source path='/dev/pts/3'/><target port='1'/></serial>\"}",
    "- {id: a, xml: \"<serial type='file'><source path='/srv/vm/a.log'/><log file='/srv/vm/b.log'/></serial>\"}",
    "- {id: a, xml: \"<graphics type='vnc' port='-1' autoport='yes' listen='127.0.0.1'/>\"}",
    "- {id: a, xml: \"<video><model type='virtio' heads='1'/></video>\"}",
    "- {id: a, xml: \"<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>\"}",
    "- {id: a, xml: \"<input type='tablet' bus='usb'/>\"}",
    "- {id: a, xml: \"<watchdog model='i6300esb' action='reset'/>\"}",
    "- {id: a, xml: \"<vsock model='virtio'><cid auto='yes'/></vsock>\"}",
    "- {id: a, xml: \"<controller type='scsi' model='virtio-scsi' index='1'/>\"}",
    "- {id: a, xml: \"<sound model='ich9'/>\"}", "- {id: a, xml: \"<panic model='pvpanic'/>\"}",
    "- {id: a, reference: {serial: 0}}",
  ]

  @Test(arguments: ordinary) func `what stays inside the guest and the roots goes through`(_ device: String) throws {
    #expect(Self.policy.check(try parsed(device)) == [])
  }

  @Test func `each refusal that a key of the configuration lifts is lifted by it, and programs by none`() throws {
    var open = DocumentPolicy(roots: ["/"])
    open.allowsHostDevices = true
    open.allowsNetworkDisks = true
    open.formats = ["raw", "qcow2", "vmdk", "vdi"]
    let lifted = Self.attacks.filter {
      [
        "a host device", "a block device", "a folder", "shared memory", "a vhost-user card",
        "storage over the network", "another format", "a file outside the roots", "a serial port to a socket", "a ROM",
      ]
      .contains($0.what)
    }
    #expect(lifted.count == 10)
    for attack in lifted {
      let document = try parsed("- id: bad\n    xml: |\n      \(attack.device)")
      #expect(open.check(document) == [], "\(attack.what)")
    }
    for name in ["a script", "a folder's program", "QEMU's namespace", "no format", "a label"] {
      let attack = try #require(Self.attacks.first { $0.what == name })
      #expect(!open.check(try parsed("- id: bad\n    xml: |\n      \(attack.device)")).isEmpty, "\(name)")
    }
  }

  @Test func `the examples and the page's document pass where their folders are allowed`() throws {
    let top = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    var sources: [IntentParser.Source] = []
    for name in try FileManager.default.contentsOfDirectory(atPath: top.path + "/Examples")
    where name.hasSuffix(".yaml") {
      let bytes = try Data(contentsOf: top.appending(path: "Examples/" + name))
      if bytes.range(of: Data("kind: Domain".utf8)) != nil { sources.append(.init(name: name, bytes: Array(bytes))) }
    }
    let page = try String(contentsOf: top.appending(path: "README.md"), encoding: .utf8)
    for part in page.components(separatedBy: "```yaml\n").dropFirst() {
      let text = String(part.prefix(upTo: try #require(part.range(of: "```")).lowerBound))
      if text.contains("kind: Domain") { sources.append(.init(name: "README", bytes: Array(text.utf8))) }
    }
    #expect(sources.count >= 4)
    let policy = DocumentPolicy(roots: ["/tmp/vmctl-quickstart/images", "/srv/vm", "/srv/iso"])
    for source in sources {
      for document in try IntentParser.parse([source]) {
        #expect(policy.check(document) == [], "\(source.name)")
        #expect(!DocumentPolicy(roots: []).check(document).isEmpty, "\(source.name) names files")
      }
    }
  }

  @Test(arguments: [
    ("/a/b", "/a/b"), ("//a///b/", "/a/b"), ("/a/./b/../c", "/a/c"), ("/", "/"), ("/..", nil), ("/a/../../b", nil),
    ("a/b", nil),
    ("", nil), ("/a\nb", nil), ("/a/...", "/a/..."),
  ]) func `a path is resolved as far as its text goes`(_ path: String, _ normal: String?) {
    #expect(DocumentPolicy.normalised(path) == normal)
  }

  private func parsed(_ devices: String) throws -> IntentDocument {
    let text = "apiVersion: vmctl/v1\nkind: Domain\nmetadata: {name: web-1}\nspec:\n  devices:\n  \(devices)\n"
    do {
      return try #require(try IntentParser.parse([.init(name: "a.yaml", bytes: Array(text.utf8))]).first)
    } catch let faults as IntentFaults {
      Issue.record("\(faults.faults.map(\.message)) in \(text)")
      throw faults
    }
  }
}
