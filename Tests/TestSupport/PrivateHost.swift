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
  package static func with<Value>(_ body: (PrivateHost) async throws -> Value) async throws -> Value {
    let printed = try script(["up"])
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

  /// Ends libvirtd by SIGKILL; returns when the next one answers. Domains go on running.
  package func killDaemon() throws { try PrivateHost.script(["restart-libvirtd", folder, "--kill"]) }

  /// What the host's script cannot do.
  package struct HostFailure: Error, CustomStringConvertible {
    let command: String
    let said: String
    package var description: String { "Scripts/test-host \(command) failed: \(said)" }
  }

  @discardableResult
  private static func script(_ arguments: [String]) throws -> String {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: #filePath).appending(path: "../../../Scripts/test-host").standardized
    process.arguments = arguments
    process.standardOutput = output
    try process.run()
    let said = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let text = String(decoding: said, as: UTF8.self)
    guard process.terminationStatus == 0 else { throw HostFailure(command: arguments[0], said: text) }
    return text
  }
}
