#if Faults
  import Foundation
  import Synchronization

  /// What the environment orders for one failpoint of this process.
  ///
  /// `VMCTL_FAILPOINT=NAME[:N]:ACTION`, where the N-th time (the first, if it is not said) NAME is reached, ACTION is
  /// `kill` (SIGKILL to this process) or `run=COMMAND` (a shell command; this process goes on when it has ended).
  /// `VMCTL_FAILPOINT_LOG=FILE` has every name that is reached written to FILE, a line each.
  final class FailpointOrder: Sendable {
    enum Action: Sendable, Equatable {
      case kill
      case run(String)
    }

    static let ofProcess: FailpointOrder? = {
      let environment = ProcessInfo.processInfo.environment
      let log = environment["VMCTL_FAILPOINT_LOG"]
      let order = environment["VMCTL_FAILPOINT"].flatMap { FailpointOrder($0, log: log) }
      return order ?? log.map { FailpointOrder(name: "", count: 0, action: .kill, log: $0) }
    }()

    private let name: String
    private let count: Int
    private let action: Action
    private let log: String?
    private let met = Mutex(0)

    init(name: String, count: Int, action: Action, log: String?) {
      self.name = name
      self.count = count
      self.action = action
      self.log = log
    }

    convenience init?(_ text: String, log: String?) {
      let parts = text.split(separator: ":", maxSplits: 2).map(String.init)
      guard parts.count >= 2 else { return nil }
      let count = parts.count == 3 ? Int(parts[1]) : nil
      let action = count == nil ? parts.dropFirst().joined(separator: ":") : parts[2]
      switch action {
      case "kill": self.init(name: parts[0], count: count ?? 1, action: .kill, log: log)
      case let text where text.hasPrefix("run="):
        self.init(name: parts[0], count: count ?? 1, action: .run(String(text.dropFirst(4))), log: log)
      default: return nil
      }
    }

    func meet(_ point: Failpoint) {
      if let log { append(point.name + "\n", to: log) }
      guard point.name == name else { return }
      let number = met.withLock { met in
        met += 1
        return met
      }
      guard number == count else { return }
      switch action {
      case .kill: kill(getpid(), SIGKILL)
      case .run(let command): run(command)
      }
    }

    private func append(_ text: String, to path: String) {
      let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
      guard descriptor >= 0 else { return }
      _ = write(descriptor, text, text.utf8.count)
      _ = close(descriptor)
    }

    private func run(_ command: String) {
      let shell = Process()
      shell.executableURL = URL(filePath: "/bin/sh")
      shell.arguments = ["-c", command]
      shell.standardOutput = FileHandle.standardError
      do {
        try shell.run()
        shell.waitUntilExit()
      } catch {
        FileHandle.standardError.write(Data("failpoint \(name): \(error)\n".utf8))
      }
    }
  }
#endif
