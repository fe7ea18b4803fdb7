import Foundation
import Testing

/// Runs `StoreExerciser`, alone or with one of its system calls failing under strace (faults.md 2.3).
enum Exerciser {
  struct Run {
    let lines: [String]
    let status: Int32
    /// Whether the call that was to fail was made at all.
    let wasInjected: Bool

    func promised(_ what: String) -> Bool { lines.contains("done " + what) }
    var isClosed: Bool { lines.last == "closed" }
  }

  static let strace = ["/usr/bin/strace", "/bin/strace", "/usr/local/bin/strace"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  /// Beside the program that runs the tests.
  private static func program() throws -> String {
    let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let path = String(own[..<(own.lastIndex(of: "/") ?? own.endIndex)]) + "/StoreExerciser"
    try #require(FileManager.default.isExecutableFile(atPath: path), "\(path) is not there")
    return path
  }

  /// `fault` is for strace's `inject=`: `pwrite64:error=EIO:when=3`.
  static func run(_ arguments: [String], fault: String?, in folder: String) async throws -> Run {
    let output = folder + "/said"
    let trace = folder + "/trace"
    let program = try program()
    let process = Process()
    if let fault {
      let strace = try strace.orThrow("no strace")
      let calls = String(fault.prefix { $0 != ":" })
      process.executableURL = URL(filePath: strace)
      process.arguments =
        ["-f", "-qq", "-o", trace, "-e", "trace=" + calls, "-e", "inject=" + fault, program] + arguments
    } else {
      process.executableURL = URL(filePath: program)
      process.arguments = arguments
    }
    try Data().write(to: URL(filePath: output))
    let file = try FileHandle(forWritingTo: URL(filePath: output))
    process.standardOutput = file
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    let status: Int32 = try await withCheckedThrowingContinuation { continuation in
      process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
      do { try process.run() } catch { continuation.resume(throwing: error) }
    }
    try file.close()
    let said = try String(contentsOfFile: output, encoding: .utf8)
    let traced = fault == nil ? "" : try String(contentsOfFile: trace, encoding: .utf8)
    return Run(
      lines: said.split(separator: "\n").map(String.init), status: status,
      wasInjected: traced.contains("(INJECTED)") || traced.contains("killed by SIGKILL"))
  }
}
