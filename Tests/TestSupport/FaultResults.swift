import Foundation
import Synchronization

/// What came of injected faults: rows of the table that `Scripts/test --faults` writes.
package enum FaultResults {
  /// Whether everything is to be tried (`Scripts/test --faults`), and not the short selection of every test run.
  package static let isFull = ProcessInfo.processInfo.environment["VMCTL_FAULTS"] == "full"

  private static let file = Mutex(ProcessInfo.processInfo.environment["VMCTL_FAULT_RESULTS"])

  /// Notes what came of one kind of fault; a line of the file that `VMCTL_FAULT_RESULTS` names, nothing where it does
  /// not.
  /// - Parameters:
  ///   - group: what was broken: `store`, `libvirt`, `vmctl`, `connection`, `simulator`.
  ///   - fault: what was done to it.
  ///   - runs: how often.
  ///   - violations: in how many runs something that must hold did not.
  package static func note(_ group: String, _ fault: String, runs: Int, violations: Int) {
    file.withLock { path in
      guard let path else { return }
      let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
      guard descriptor >= 0 else { return }
      defer { _ = close(descriptor) }
      let line = "\(group)\t\(fault)\t\(runs)\t\(violations)\n"
      _ = write(descriptor, line, line.utf8.count)
    }
  }
}
