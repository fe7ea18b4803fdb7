import Control
import Foundation
import Libvirt
import Reconciling
import Store
import Vocabulary

/// Design section 13, fourth row: a disk on both sides of a running domain, planned, journalled, read back and verified,
/// against the same two attaches and two looks on one open connection. Each on a domain of its own, in turns, so that
/// both grow alike. A SCSI disk, which a guest without a kernel takes too.
///
/// The subject opens its connection and its store each time, as a command does.
struct AttachBenchmark {
  let uri: String
  let location: StoreLocation
  /// Where images are made, readable for the host's QEMU.
  let images: String

  func run(turns: Int) async throws {
    let control = EmbeddedControl(uri: uri, location: location, command: "vmctl-bench", time: .system) {
      (uri, readOnly) async throws(LibvirtError) in try await Connection.open(uri: uri, readOnly: readOnly)
    }
    for name in ["attach-floor", "attach-subject"] { try await reach(control, name, disks: 1) }
    let floor = try LibvirtFloor(uri)
    _ = try floor.find(["attach-floor"])
    var times = (floor: [Double](), subject: [Double](), nothing: [Double]())
    let clock = ContinuousClock()
    for turn in 2...(turns + 1) {
      let xml = """
        <disk type='file' device='disk'><driver name='qemu' type='raw'/>\
        <source file='\(try image("attach-floor", turn))'/><target dev='\(target(turn))' bus='scsi'/></disk>
        """
      times.floor.append(try clock.measure { try floor.attach(xml) }.microseconds / 1000)
      _ = try image("attach-subject", turn)
      times.subject.append(
        try await clock.measure { try await reach(control, "attach-subject", disks: turn) }.microseconds / 1000)
      times.nothing.append(
        try await clock.measure { try await reach(control, "attach-subject", disks: turn) }.microseconds / 1000)
    }
    let (low, high) = (median(times.floor), median(times.subject))
    print(
      "{\"attaches\":\(turns),\"floorMilliseconds\":\(rounded(low)),"
        + "\"nothingToDoMilliseconds\":\(rounded(median(times.nothing))),\"ratio\":\(rounded(high / low)),"
        + "\"subjectMilliseconds\":\(rounded(high))}")
  }

  private func reach(_ control: any VMControl, _ name: String, disks: Int) async throws {
    var text = """
      apiVersion: vmctl/v1
      kind: Domain
      metadata: {name: \(name)}
      spec:
        power: running
        creation: {type: qemu, machine: q35, memory: 64 MiB, cpu: {model: qemu64}, rootPorts: 4}
        devices:

      """
    for number in 1...disks {
      text += "  - id: disk-\(number)\n    disk: {file: \(try image(name, number)), format: raw, bus: scsi, "
      text += "target: \(target(number))}\n"
    }
    let source = IntentSource(name: name, bytes: Array(text.utf8))
    for await event in try await control.reconcile(ReconcileRequest(documents: [source])) {
      guard let report = event.report, report.outcome != .asWanted else { continue }
      throw BenchmarkFault("\(name): \(report.summary) \(report.problems.map(\.message)) \(report.refused)")
    }
  }

  private func target(_ number: Int) -> String {
    let letters = Array("abcdefghijklmnopqrstuvwxyz")
    return number <= 26 ? "sd\(letters[number - 1])" : "sda\(letters[(number - 27) % 26])"
  }

  private func image(_ name: String, _ number: Int) throws -> String {
    let path = "\(images)/\(name)-\(number).img"
    if !FileManager.default.fileExists(atPath: path) {
      guard FileManager.default.createFile(atPath: path, contents: Data(count: 1 << 20)) else {
        throw BenchmarkFault("cannot write \(path)")
      }
    }
    return path
  }
}
