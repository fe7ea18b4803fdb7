import Control
import Foundation
import TestSupport
import Testing
import VMControlClient
import Vocabulary

/// vmctld as a process of its own, with a store and a socket of its own, on a private host of its own.
final class RunningDaemon: Sendable {
  let host: PrivateHost
  let folder: String
  let control: RemoteControl

  var socket: String { folder + "/vmctl.sock" }
  var storePath: String { folder + "/vmctl.db" }

  init(_ host: PrivateHost) throws {
    self.host = host
    folder = NSTemporaryDirectory() + "vmctld-" + UUID().uuidString.prefix(8)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    control = RemoteControl(socket: folder + "/vmctl.sock")
  }

  // A folder that stays is only litter in the temporary directory.
  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// Starts it and returns when it is ready; whoever asked for it ends it.
  func start() async throws -> Process {
    let process = try launch()
    for _ in 0..<600 {
      if !process.isRunning { throw Problem("test", "vmctld ended: \(log)") }
      if await control.readiness().isReady { return process }
      try await Task.sleep(for: .milliseconds(50))
    }
    process.terminate()
    throw Problem("test", "vmctld is not ready: \(log)")
  }

  func launch(store: String? = nil, socket: String? = nil, log file: String = "log") throws -> Process {
    let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let path = String(own[..<(own.lastIndex(of: "/") ?? own.endIndex)]) + "/vmctld"
    try #require(FileManager.default.isExecutableFile(atPath: path), "\(path) is not there")
    let log = folder + "/" + file
    if !FileManager.default.fileExists(atPath: log) { try Data().write(to: URL(filePath: log)) }
    let handle = try FileHandle(forWritingTo: URL(filePath: log))
    try handle.seekToEnd()
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = [
      "--connect", host.uri, "--store", store ?? storePath, "--socket", socket ?? self.socket, "--resync", "2s",
    ]
    process.environment = ProcessInfo.processInfo.environment.merging(["VMCTLD_LIMITS_RATE": "0"]) { $1 }
    process.standardError = handle
    try process.run()
    return process
  }

  var log: String {
    String(decoding: FileManager.default.contents(atPath: folder + "/log") ?? Data(), as: UTF8.self)
  }

  /// The log of a daemon that was started under another name for it.
  func log(_ file: String) -> String {
    String(decoding: FileManager.default.contents(atPath: folder + "/" + file) ?? Data(), as: UTF8.self)
  }

  /// Waits on a thread of its own: a blocked thread of Swift's would block the client too.
  static func end(_ process: Process, by signal: Int32) async -> Int32 {
    kill(process.processIdentifier, signal)
    return await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        process.waitUntilExit()
        continuation.resume(returning: process.terminationStatus)
      }
    }
  }

  func submit(_ name: String, _ document: String, key: String? = nil) async throws -> IntentReceipt {
    try await control.submit(
      IntentSubmission(
        domain: name, source: IntentSource(name: name, bytes: Array(document.utf8)), expecting: nil,
        idempotencyKey: key, requester: .operator))
  }

  /// A small guest without a kernel: it runs, and lets go of nothing.
  static func document(_ name: String, generation: Int, cards: [Int]) -> String {
    let devices = cards.map { number in
      "  - {id: card-\(number), interface: {network: default, model: virtio, mac: \"52:54:00:00:0\(number):01\"}}"
    }
    return """
      apiVersion: vmctl/v1
      kind: Domain
      metadata: {name: \(name), generation: \(generation)}
      spec:
        power: running
        creation: {type: qemu, machine: q35, memory: 64 MiB, vcpus: 1, rootPorts: 6, serial: none}
        devices:\(devices.isEmpty ? " []" : "\n" + devices.joined(separator: "\n"))
      """
  }
}
