import Foundation
import Libvirt
import TestSupport
import Testing

extension PrivateHost {
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
}
