import Foundation
import Libvirt
import TestSupport
import Testing

/// The private host that `Scripts/test-host run` has put into the environment.
struct TestHost {
  let folder: String
  let uri: String
  let images: String
  let network: String
  let kernel: String
  let initrd: String

  static let current: TestHost? = {
    let environment = ProcessInfo.processInfo.environment
    guard let uri = environment["VMCTL_TEST_URI"], let images = environment["VMCTL_TEST_IMAGES"],
      let folder = environment["VMCTL_TEST_DIR"]
    else { return nil }
    return TestHost(
      folder: folder, uri: uri, images: images, network: environment["VMCTL_TEST_NETWORK"] ?? "default",
      kernel: environment["VMCTL_TEST_KERNEL"] ?? "", initrd: environment["VMCTL_TEST_INITRD"] ?? "")
  }()

  func subject(_ hypervisor: any Hypervisor, _ machine: ContractSubject.Machine) -> ContractSubject {
    let start = ContinuousClock.now
    return ContractSubject(
      hypervisor: hypervisor, machine: machine, images: images, network: network,
      makeImage: { path in try Data(count: 1 << 20).write(to: URL(filePath: path)) },
      now: { ContinuousClock.now - start },
      bootElements: "<kernel>\(kernel)</kernel><initrd>\(initrd)</initrd><cmdline>console=ttyS0 quiet</cmdline>",
      boot: { domain, hypervisor in
        try await hypervisor.start(domain.uuid)
        for _ in 0..<600 {
          if let log = try? String(contentsOfFile: domain.serialLog, encoding: .utf8), log.contains("GUEST-READY") {
            return
          }
          try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("the guest did not boot in 30 s")
      })
  }

  /// Ends libvirtd by SIGKILL; returns when the next one answers. Domains go on running.
  func restartDaemon() throws {
    let script = URL(filePath: #filePath).appending(path: "../../../Scripts/test-host").standardized
    let process = try Process.run(script, arguments: ["restart-libvirtd", folder, "--kill"])
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "Scripts/test-host restart-libvirtd failed")
  }
}
