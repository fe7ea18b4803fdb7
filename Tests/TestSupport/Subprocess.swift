import Foundation

/// Runs programs on threads of their own: a test that blocks one of Swift's own threads blocks the server that the
/// program talks to, which runs on them too.
package enum Subprocess {
  package struct Ended: Sendable {
    package let code: Int32
    /// What it wrote to stdout.
    package let output: String
  }

  /// Waits for the end of a program that is looked for as a shell does; 127 where there is none.
  package static func run(
    _ program: String, _ arguments: [String], in folder: String? = nil
  ) async throws -> Ended {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread {
        continuation.resume(
          with: Result {
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = [program] + arguments
            if let folder { process.currentDirectoryURL = URL(filePath: folder) }
            let pipe = Pipe()
            process.standardOutput = pipe
            process.standardError = FileHandle.nullDevice
            try process.run()
            let bytes = try pipe.fileHandleForReading.readToEnd() ?? Data()
            process.waitUntilExit()
            return Ended(code: process.terminationStatus, output: String(decoding: bytes, as: UTF8.self))
          })
      }
    }
  }
}
