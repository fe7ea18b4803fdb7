import Foundation
import TestSupport
import Testing

extension Trait where Self == ConditionTrait {
  static var needsHost: Self {
    .enabled("no private host: run through Scripts/test, or Scripts/test-host run -- swift test") {
      PrivateHost.current != nil
    }
  }
}

/// Every live suite is nested here: the guests share two cores.
@Suite(.serialized) enum Live {}

/// Where a host is promised, its absence is a failure and not a skip.
@Test func `CI has a private host`() {
  guard ProcessInfo.processInfo.environment["CI"] != nil else { return }
  #expect(PrivateHost.current != nil)
}
