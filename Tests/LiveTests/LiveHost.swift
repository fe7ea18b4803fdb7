import Foundation
import Testing

/// The private host that `Scripts/test-host run` brought up for this run: a real libvirtd, a real QEMU, a real guest.
struct LiveHost {
  let uri: String
  let kernel: String
  let initrd: String
  let images: String
  let network: String

  static let current: LiveHost? = {
    let environment = ProcessInfo.processInfo.environment
    guard let uri = environment["VMCTL_TEST_URI"], let kernel = environment["VMCTL_TEST_KERNEL"],
      let initrd = environment["VMCTL_TEST_INITRD"], let images = environment["VMCTL_TEST_IMAGES"],
      let network = environment["VMCTL_TEST_NETWORK"]
    else { return nil }
    return LiveHost(uri: uri, kernel: kernel, initrd: initrd, images: images, network: network)
  }()
}

extension Trait where Self == ConditionTrait {
  static var needsHost: Self {
    .enabled("no private host: run through Scripts/test, or Scripts/test-host run -- swift test") {
      LiveHost.current != nil
    }
  }
}

/// Every live suite is nested here: the guests share two cores.
@Suite(.serialized) enum Live {}

/// Where a host is promised, its absence is a failure and not a skip.
@Test func `CI has a private host`() {
  guard ProcessInfo.processInfo.environment["CI"] != nil else { return }
  #expect(LiveHost.current != nil)
}
