import Foundation
import ServiceLifecycle

/// A listener on a unix socket, whose file goes with it.
struct SocketFileService: Service {
  let path: String
  let service: any Service

  func run() async throws {
    // What is left behind makes clients wait for nobody; a file that is gone already does not.
    defer { unlink(path) }
    try await service.run()
  }

  static func setMode(_ mode: UInt32, of path: String) throws {
    guard chmod(path, mode_t(mode)) == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
  }
}
