import Foundation

/// A private host of `Scripts/test-host`: a real libvirtd, a real QEMU, a real guest.
package struct PrivateHost: Sendable {
  package let folder: String
  package let uri: String
  /// A folder for disk images.
  package let images: String
  package let network: String
  package let kernel: String
  package let initrd: String

  private init?(_ variables: [String: String]) {
    guard let folder = variables["VMCTL_TEST_DIR"], let uri = variables["VMCTL_TEST_URI"],
      let images = variables["VMCTL_TEST_IMAGES"], let network = variables["VMCTL_TEST_NETWORK"],
      let kernel = variables["VMCTL_TEST_KERNEL"], let initrd = variables["VMCTL_TEST_INITRD"]
    else { return nil }
    self.folder = folder
    self.uri = uri
    self.images = images
    self.network = network
    self.kernel = kernel
    self.initrd = initrd
  }

  /// The bridge that the network's cards are on.
  package var bridge: String {
    let definition = FileManager.default.contents(atPath: "\(folder)/etc/qemu/networks/\(network).xml") ?? Data()
    return String(decoding: definition, as: UTF8.self).firstMatch(of: /bridge name='([^']+)'/).map { String($0.1) }
      ?? ""
  }

  /// The host that `Scripts/test-host run` brought up for the whole run. Many tests share it: nothing of it is ended.
  package static let current = PrivateHost(ProcessInfo.processInfo.environment)

  /// A host of this test's own, whose processes it may end; taken down whatever happens.
  /// Of another release of Debian than this machine's where one is named.
  package static func with<Value>(
    release: String? = nil, _ body: (PrivateHost) async throws -> Value
  ) async throws -> Value {
    let printed = try script(["up"] + (release.map { ["--release", $0] } ?? []))
    var variables: [String: String] = [:]
    for line in printed.split(separator: "\n") {
      let parts = line.split(separator: "=", maxSplits: 1)
      if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
    }
    guard let host = PrivateHost(variables) else { throw HostFailure(command: "up", said: printed) }
    do {
      let value = try await body(host)
      try script(["down", host.folder])
      return value
    } catch {
      try script(["down", host.folder])
      throw error
    }
  }

  /// Where libvirtd listens.
  package var socket: String { "\(folder)/run/libvirt/libvirt-sock" }

  /// Sends a signal to a process of this host, and returns at once: `libvirtd` or `qemu-system-x86`.
  package func signal(_ signal: Int32, to name: String) throws {
    guard let process = try process(name) else { throw HostFailure(command: "pids", said: "no \(name)") }
    kill(process, signal)
  }

  /// The process of that name, by its number out here.
  package func process(_ name: String) throws -> Int32? {
    for line in try PrivateHost.script(["pids", folder]).split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count == 3, words[1] == name { return Int32(words[0]) }
    }
    return nil
  }

  /// Ends libvirtd by SIGTERM and returns when the next one answers.
  package func restartDaemon() throws { try PrivateHost.script(["restart-libvirtd", folder]) }

  /// Ends libvirtd by SIGKILL; returns when the next one answers. Domains go on running.
  package func killDaemon() throws { try PrivateHost.script(["restart-libvirtd", folder, "--kill"]) }

  /// Ends every process of the host at once and starts it again with what was on its disk.
  package func powerLoss() throws { try PrivateHost.script(["power-loss", folder]) }

  /// As `powerLoss`, and what boots is another release of Debian: the host's upgrade.
  package func upgrade(to release: String) throws {
    try PrivateHost.script(["power-loss", folder, "--release", release])
  }

  /// A shell command that ends the QEMU of a domain by SIGKILL; it fails where there is none.
  package func commandToKill(domain: String) -> String {
    let pids = "\(PrivateHost.scriptPath) pids \(folder)"
    return "kill -9 $(\(pids) | awk '$2 ~ /^qemu/ && $3 == \"\(domain)\" { print $1 }')"
  }

  /// What the host's script cannot do.
  package struct HostFailure: Error, CustomStringConvertible {
    let command: String
    let said: String
    package var description: String { "Scripts/test-host \(command) failed: \(said)" }
  }

  private static let scriptPath =
    URL(filePath: #filePath).appending(path: "../../../Scripts/test-host").standardized.path()

  @discardableResult
  private static func script(_ arguments: [String]) throws -> String {
    let process = Process()
    let output = Pipe()
    // Threads of Dispatch block every signal, and what they start inherits that: a libvirtd that SIGTERM does not end.
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["--default-signal", scriptPath] + arguments
    process.standardOutput = output
    try process.run()
    let said = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let text = String(decoding: said, as: UTF8.self)
    guard process.terminationStatus == 0 else { throw HostFailure(command: arguments[0], said: text) }
    return text
  }
}
