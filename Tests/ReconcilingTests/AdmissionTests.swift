import Control
import Foundation
import Intent
import Reconciling
import TestSupport
import Testing
import Vocabulary

/// Faults.md section 3: files are looked at before they are given to a guest, and nothing that a guest may have written
/// leads to another file.
@Suite struct AdmissionTests {
  private static let someone = Requester(name: "token:ci", trust: .filtered)

  @Test func `an image that stands alone goes through, whatever a raw one begins with`() throws {
    let folder = try Images()
    try folder.make("a.qcow2", "-f", "qcow2", "1M")
    try folder.make("old.qcow2", "-f", "qcow2", "-o", "compat=0.10", "1M")
    try FileManager.default.copyItem(atPath: folder.path + "/a.qcow2", toPath: folder.path + "/a.raw")
    for (name, format) in [("a.qcow2", "qcow2"), ("old.qcow2", "qcow2"), ("a.raw", "raw"), ("missing.qcow2", "qcow2")] {
      #expect(folder.refusal(of: name, format) == nil, "\(name)")
    }
  }

  @Test func `a backing file that the document does not name is refused by name`() throws {
    let folder = try Images()
    try folder.make("base.qcow2", "-f", "qcow2", "1M")
    try folder.make("top.qcow2", "-f", "qcow2", "-F", "qcow2", "-b", folder.path + "/base.qcow2")
    try folder.make("stranger.qcow2", "-f", "qcow2", "-u", "-F", "raw", "-b", "/etc/shadow", "1M")
    try folder.make("json.qcow2", "-f", "qcow2", "-u", "-F", "raw", "-b", "json:{\"driver\":\"file\"}", "1M")
    for (name, backing) in [("top.qcow2", "base.qcow2"), ("stranger.qcow2", "/etc/shadow"), ("json.qcow2", "json:")] {
      let problem = try #require(folder.refusal(of: name, "qcow2"))
      #expect(problem.code == "policy" && problem.message.contains(backing) && problem.message.contains(name))
      #expect(problem.device == "data" && problem.path?.hasPrefix("spec.devices[0]") == true)
    }
  }

  @Test func `a chain goes through as far as the document names it, layer by layer`() throws {
    let folder = try Images()
    try folder.make("base.raw", "-f", "raw", "1M")
    try folder.make("mid.qcow2", "-f", "qcow2", "-F", "raw", "-b", folder.path + "/base.raw")
    try folder.make("top.qcow2", "-f", "qcow2", "-F", "qcow2", "-b", "mid.qcow2")
    try folder.make("other.raw", "-f", "raw", "1M")
    func layer(_ name: String, _ format: String, _ below: String) -> String {
      "<backingStore type='file'><format type='\(format)'/><source file='\(folder.path)/\(name)'/>\(below)</backingStore>"
    }
    let end = "<backingStore/>"
    let whole = layer("mid.qcow2", "qcow2", layer("base.raw", "raw", end))
    #expect(folder.refusal(of: "top.qcow2", "qcow2", below: whole) == nil)
    let refused = [
      ("it ends too early", layer("mid.qcow2", "qcow2", end), "base.raw"),
      ("it says nothing of the end", layer("mid.qcow2", "qcow2", ""), "base.raw"),
      ("another file", layer("mid.qcow2", "qcow2", layer("other.raw", "raw", end)), "other.raw"),
      ("another format", layer("mid.qcow2", "raw", end), "qcow2"),
      (
        "a raw file that stands on something",
        layer("mid.qcow2", "qcow2", layer("base.raw", "raw", layer("other.raw", "raw", end))), "other.raw"
      ),
      ("none at all", end, "mid.qcow2"),
    ]
    for (what, below, name) in refused {
      let problem = folder.refusal(of: "top.qcow2", "qcow2", below: below)
      #expect(problem?.message.contains(name) == true, "\(what): \(String(describing: problem))")
    }
  }

  @Test func `an image with a data file is refused by name`() throws {
    let folder = try Images()
    try folder.make("a.qcow2", "-f", "qcow2", "-o", "data_file=\(folder.path)/a.data,data_file_raw=on", "1M")
    let problem = try #require(folder.refusal(of: "a.qcow2", "qcow2"))
    #expect(problem.message.contains("a.data") && problem.message.contains("in another file"))
    // Without the name, the bit alone is enough.
    try folder.patch("a.qcow2") { bytes in
      let name = try #require(bytes.firstRange(of: Data("DATA".utf8)))
      bytes[name.lowerBound] = 0
    }
    #expect(folder.refusal(of: "a.qcow2", "qcow2")?.message.contains("in another file") == true)
  }

  @Test(arguments: [(4, 9), (8, 0xff), (16, 0xff), (103, 0)])
  func `a header that leads outside itself is refused, and read no further`(_ offset: Int, _ byte: Int) throws {
    let folder = try Images()
    try folder.make("a.qcow2", "-f", "qcow2", "-u", "-F", "raw", "-b", "/etc/shadow", "1M")
    try folder.patch("a.qcow2") { $0[offset] = UInt8(byte) }
    #expect(folder.refusal(of: "a.qcow2", "qcow2")?.code == "policy")
  }

  @Test func `what is stated to be qcow2 and is none is refused`() throws {
    let folder = try Images()
    try folder.make("a.vmdk", "-f", "vmdk", "1M")
    try Data().write(to: URL(filePath: folder.path + "/empty"))
    for name in ["a.vmdk", "empty"] {
      #expect(folder.refusal(of: name, "qcow2")?.message.contains("stated to be qcow2") == true, "\(name)")
    }
  }

  @Test func `no symbolic link is followed below a root, be it the file's or a folder's`() throws {
    let folder = try Images()
    let files = FileManager.default
    try files.createDirectory(atPath: folder.path + "/in", withIntermediateDirectories: false)
    try Data("x".utf8).write(to: URL(filePath: folder.path + "/in/a.img"))
    try files.createSymbolicLink(atPath: folder.path + "/shadow.img", withDestinationPath: "/etc/shadow")
    try files.createSymbolicLink(atPath: folder.path + "/etc", withDestinationPath: "/etc")
    try files.createSymbolicLink(atPath: folder.path + "/near.img", withDestinationPath: "in/a.img")
    try files.createSymbolicLink(atPath: folder.path + "/dangling.img", withDestinationPath: "/nowhere")
    #expect(folder.refusal(of: "in/a.img", "raw") == nil)
    for (name, link) in [
      ("shadow.img", "shadow.img"), ("etc/shadow", "etc"), ("near.img", "near.img"), ("dangling.img", "dangling.img"),
    ] {
      let problem = folder.refusal(of: name, "raw")
      #expect(problem?.message.contains("symbolic link \(link)") == true, "\(name): \(String(describing: problem))")
    }
    // The root may be one: who allowed it chose it.
    let other = folder.path + "-root"
    try files.createSymbolicLink(atPath: other, withDestinationPath: folder.path)
    defer { try? files.removeItem(atPath: other) }
    #expect(folder.refusal(of: "in/a.img", "raw", root: other) == nil)
  }

  @Test func `a folder, a fifo and a device are no images, and none of them is opened`() throws {
    let folder = try Images()
    try FileManager.default.createDirectory(atPath: folder.path + "/d.img", withIntermediateDirectories: false)
    // A fifo that is opened to be read waits for who writes: the test would not end.
    #expect(mkfifo(folder.path + "/f.img", 0o600) == 0)
    for (name, kind) in [("d.img", "a folder"), ("f.img", "a fifo")] {
      for format in ["raw", "qcow2"] {
        #expect(folder.refusal(of: name, format)?.message.contains("is \(kind)") == true, "\(name)")
      }
    }
    let admission = Admission(policy: DocumentPolicy(roots: ["/dev"]))
    let document = try Images.document("/dev/null", "raw")
    #expect(throws: Problem.self) { try admission.check(document, of: AdmissionTests.someone, replacing: nil) }
  }

  @Test func `who is root on the host is asked nothing`() throws {
    let folder = try Images()
    let admission = Admission(policy: DocumentPolicy(roots: [folder.path]))
    let document = try Images.document("/etc/shadow", "raw")
    try admission.check(document, of: Requester(name: "uid:0", trust: .full), replacing: nil)
    #expect(throws: Problem.self) { try admission.check(document, of: .unknown, replacing: nil) }
  }

  @Test func `several offences are one problem that says all of them`() throws {
    let admission = Admission(policy: DocumentPolicy(roots: ["/srv/vm"]))
    let text = Workbench.document([
      "{id: a, disk: {file: /etc/shadow, format: raw, bus: virtio, target: vda}}",
      "{id: b, disk: {block: /dev/sda, format: raw, bus: virtio, target: vdb}}",
    ])
    let document = try #require(try IntentParser.parse([.init(name: "a", bytes: Array(text.utf8))]).first)
    let problem = try #require(throws: Problem.self) {
      try admission.check(document, of: AdmissionTests.someone, replacing: nil)
    }
    #expect(problem.code == "policy" && problem.code.outcome == .refused)
    #expect(problem.message.contains("/etc/shadow") && problem.message.contains("/dev/sda"))
  }

  @Test func `whose documents are looked at again is told by their source`() {
    #expect(Admission.isFiltered(source: Admission.source(of: AdmissionTests.someone)))
    #expect(!Admission.isFiltered(source: Admission.source(of: .operator)))
    #expect(!Admission.isFiltered(source: "web-1.yaml"))
  }
}

/// A folder of images, which goes with the value.
private final class Images {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "vmctl-images-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    // A folder that stays is only litter in the temporary directory.
    try? FileManager.default.removeItem(atPath: path)
  }

  /// `qemu-img create`
  func make(_ name: String, _ arguments: String...) throws {
    let tool = "/usr/bin/qemu-img"
    guard FileManager.default.isExecutableFile(atPath: tool) else {
      try Test.cancel("qemu-img is not installed: no real images to look at")
    }
    var arguments = arguments
    let hasSize = arguments.last?.hasSuffix("M") == true && !(arguments.last?.hasPrefix("/") ?? true)
    let size = hasSize ? [arguments.removeLast()] : []
    let process = Process()
    process.executableURL = URL(filePath: tool)
    process.arguments = ["create", "-q"] + arguments + [path + "/" + name] + size
    process.currentDirectoryURL = URL(filePath: path)
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "qemu-img create \(name)")
  }

  func patch(_ name: String, _ change: (inout Data) throws -> Void) throws {
    let url = URL(filePath: path + "/" + name)
    var bytes = try Data(contentsOf: url)
    try change(&bytes)
    try bytes.write(to: url)
  }

  /// What a document with this disk is refused for; `nil`: nothing.
  func refusal(of name: String, _ format: String, below: String = "", root: String? = nil) -> Problem? {
    let root = root ?? path
    do {
      let document = try Images.document(root + "/" + name, format, below: below)
      try Admission(policy: DocumentPolicy(roots: [root]))
        .check(document, of: Requester(name: "token:ci", trust: .filtered), replacing: nil)
      return nil
    } catch {
      return error as? Problem ?? Problem("usage", "\(error)")
    }
  }

  static func document(_ file: String, _ format: String, below: String = "") throws -> IntentDocument {
    let device =
      "{id: data, xml: \"<disk type='file' device='disk'><driver type='\(format)'/><source file='\(file)'/>\(below)"
      + "<target dev='vdb' bus='virtio'/></disk>\"}"
    let text = "apiVersion: vmctl/v1\nkind: Domain\nmetadata: {name: web-1}\nspec:\n  devices:\n  - \(device)\n"
    return try #require(try IntentParser.parse([.init(name: "a", bytes: Array(text.utf8))]).first)
  }
}
