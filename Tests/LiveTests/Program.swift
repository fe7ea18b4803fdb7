import Foundation
import Testing

/// The program itself, as a process that can be killed; it was built with the package trait `Faults`.
struct Program: Sendable {
  /// How one run of it ended.
  struct Run: Sendable {
    let exitCode: Int32
    let wasKilled: Bool
    let output: String
    let talk: String
    /// The failpoints that it passed, in their order.
    let passed: [String]
  }

  let folder: String
  let uri: String
  let storePath: String

  init(_ domain: LiveDomain) {
    folder = domain.folder
    uri = domain.uri
    storePath = domain.storePath
  }

  /// Beside the program that runs the tests.
  private static func path() throws -> String {
    let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let path = String(own[..<(own.lastIndex(of: "/") ?? own.endIndex)]) + "/vmctl"
    try #require(FileManager.default.isExecutableFile(atPath: path), "\(path) is not there")
    return path
  }

  /// `order` is for `VMCTL_FAILPOINT`: `store.begin.after:2:kill`.
  func run(_ words: [String], order: String? = nil, input: String = "") async throws -> Run {
    let started = try start(words, order: order, input: input)
    return try await started.end()
  }

  /// Starts it and returns at once.
  func start(_ words: [String], order: String? = nil, input: String = "") throws -> Running {
    let name = folder + "/run-" + UUID().uuidString.prefix(8)
    let files = ["in", "out", "talk", "points"].map { "\(name).\($0)" }
    try Data(input.utf8).write(to: URL(filePath: files[0]))
    for file in files.dropFirst() { try Data().write(to: URL(filePath: file)) }
    let process = Process()
    process.executableURL = URL(filePath: try Program.path())
    process.arguments = ["--connect", uri, "--store", storePath] + words
    var environment = ProcessInfo.processInfo.environment
    environment["VMCTL_FAILPOINT_LOG"] = files[3]
    environment["VMCTL_FAILPOINT"] = order
    process.environment = environment
    process.standardInput = try FileHandle(forReadingFrom: URL(filePath: files[0]))
    process.standardOutput = try FileHandle(forWritingTo: URL(filePath: files[1]))
    process.standardError = try FileHandle(forWritingTo: URL(filePath: files[2]))
    return try Running(process, files)
  }

  /// One that runs now.
  final class Running: Sendable {
    private let ending: Task<(Int32, Bool), any Error>
    private let files: [String]
    let identifier: Int32

    fileprivate init(_ process: Process, _ files: [String]) throws {
      self.files = files
      let (ends, continuation) = AsyncStream<(Int32, Bool)>.makeStream()
      process.terminationHandler = {
        continuation.yield(($0.terminationStatus, $0.terminationReason == .uncaughtSignal))
        continuation.finish()
      }
      try process.run()
      identifier = process.processIdentifier
      ending = Task {
        for await end in ends { return end }
        throw CancellationError()
      }
    }

    /// The failpoints that it has passed so far.
    var passed: [String] {
      get throws {
        try String(contentsOfFile: files[3], encoding: .utf8).split(separator: "\n").map(String.init)
      }
    }

    func end() async throws -> Run {
      let (status, wasSignalled) = try await ending.value
      let run = Run(
        exitCode: status, wasKilled: wasSignalled && status == SIGKILL,
        output: try String(contentsOfFile: files[1], encoding: .utf8),
        talk: try String(contentsOfFile: files[2], encoding: .utf8), passed: try passed)
      for file in files { try FileManager.default.removeItem(atPath: file) }
      return run
    }
  }
}
