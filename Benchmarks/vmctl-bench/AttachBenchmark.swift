import Control
import Foundation
import Intent
import Libvirt
import Logging
import Reconciling
import Store
import Vocabulary

/// Design section 13, fourth row: a disk on both sides of a running domain, planned, journalled, read back and verified,
/// against the same two attaches and two looks on one open connection. Each on a domain of its own, in turns, so that
/// both grow alike. A SCSI disk, which a guest without a kernel takes too.
///
/// The subject has its connection and its store open, as vmctld has, and the floor its connection. What a command
/// takes, which opens both for each document, is printed beside it.
struct AttachBenchmark {
  let uri: String
  let location: StoreLocation
  /// Where images are made, readable for the host's QEMU.
  let images: String

  func run(turns: Int) async throws {
    let commands = EmbeddedControl(uri: uri, location: location, command: "vmctl-bench", time: .system) {
      (uri, readOnly) async throws(LibvirtError) in try await Connection.open(uri: uri, readOnly: readOnly)
    }
    var times = Times()
    for turn in 1...(turns + 1) { times.commands.append(try await reach(commands, "attach-command", disks: turn)) }
    _ = try await reach(commands, "attach-floor", disks: 1)

    let floor = try LibvirtFloor(uri)
    _ = try floor.find(["attach-floor"])
    let daemon = Resident(
      uri: uri, location: location, command: "vmctl-bench", settings: ResidentSettings(),
      admission: Admission(policy: DocumentPolicy()),
      log: Logger(label: "vmctl-bench") { _ in SwiftLogNoOpLogHandler() })
    try await daemon.open()
    let running = Task { try await daemon.run() }
    while await !daemon.readiness().isReady { try await Task.sleep(for: .milliseconds(20)) }
    _ = try await reach(daemon, "attach-daemon", disks: 1)
    for turn in 2...(turns + 1) {
      times.floor.append(try attach(by: floor, turn))
      times.daemon.append(try await reach(daemon, "attach-daemon", disks: turn))
      times.nothing.append(try await reach(daemon, "attach-daemon", disks: turn))
    }
    daemon.stop()
    try await running.value
    print(times.json(turns))
  }

  /// In milliseconds.
  private struct Times {
    var floor: [Double] = []
    var daemon: [Double] = []
    var nothing: [Double] = []
    /// The first of them makes the domain.
    var commands: [Double] = []

    func json(_ turns: Int) -> String {
      let (low, high) = (median(floor), median(daemon))
      return "{\"attaches\":\(turns),\"commandMilliseconds\":\(rounded(median(Array(commands.dropFirst())))),"
        + "\"floorMilliseconds\":\(rounded(low)),\"nothingToDoMilliseconds\":\(rounded(median(nothing))),"
        + "\"ratio\":\(rounded(high / low)),\"subjectMilliseconds\":\(rounded(high))}"
    }
  }

  private func attach(by floor: LibvirtFloor, _ turn: Int) throws -> Double {
    let xml = """
      <disk type='file' device='disk'><driver name='qemu' type='raw'/>\
      <source file='\(try image("attach-floor", turn))'/><target dev='\(target(turn))' bus='scsi'/></disk>
      """
    return try ContinuousClock().measure { try floor.attach(xml) }.microseconds / 1000
  }

  private func reach(_ control: any VMControl, _ name: String, disks: Int) async throws -> Double {
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
    let clock = ContinuousClock()
    let began = clock.now
    for await event in try await control.reconcile(ReconcileRequest(documents: [source])) {
      guard let report = event.report, report.outcome != .asWanted else { continue }
      throw BenchmarkFault("\(name): \(report.summary) \(report.problems.map(\.message)) \(report.refused)")
    }
    return (clock.now - began).microseconds / 1000
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
