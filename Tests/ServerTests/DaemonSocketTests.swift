import Control
import Daemon
import Foundation
import Testing
import Vocabulary

@Suite("The daemon's socket and addresses")
struct DaemonSocketTests {
  @Test("a missing folder is made for its group only; the socket is for owner and group (E6)")
  func modes() throws {
    let folder = try TemporaryFolder()
    let socket = ControlSocket(path: folder.file("run/s"), group: getgid())
    try socket.prepare()
    #expect(try TemporaryFolder.mode(of: folder.file("run")) == 0o750)
    let listening = try StreamSocket(socket.path)
    try socket.open()
    #expect(try TemporaryFolder.mode(of: socket.path) == 0o660)
    withExtendedLifetime(listening) {}
    socket.remove()
    #expect(!FileManager.default.fileExists(atPath: socket.path))
  }

  @Test("a socket that nobody answers on is removed; one that is answered, and a file, are left")
  func stale() throws {
    let folder = try TemporaryFolder()
    let socket = ControlSocket(path: folder.file("s"), group: nil)
    do {
      let listening = try StreamSocket(socket.path)
      let problem = #expect(throws: Problem.self) { try socket.prepare() }
      #expect(problem?.code == "socket-taken" && problem?.code.outcome.exitCode == 13)
      withExtendedLifetime(listening) {}
    }
    #expect(FileManager.default.fileExists(atPath: socket.path), "closing leaves the file")
    try socket.prepare()
    #expect(!FileManager.default.fileExists(atPath: socket.path))
    try folder.write("s", "mine")
    #expect(throws: Problem.self) { try socket.prepare() }
    #expect(try folder.read("s") == "mine")
    #expect(throws: Problem.self) {
      try ControlSocket(path: "/tmp/" + String(repeating: "a", count: 120), group: nil).prepare()
    }
  }

  @Test(
    "an address is numbers and a port, and says whether it is of this host only",
    arguments: [
      ("127.0.0.1:80", true), ("127.8.0.1:80", true), ("[::1]:80", true), ("0.0.0.0:80", false), ("[::]:80", false),
      ("10.0.0.1:80", false), ("[::ffff:127.0.0.1]:80", false),
    ])
  func addresses(text: String, isLoopback: Bool) throws {
    #expect(try ListenAddress(text).isLoopback == isLoopback)
  }

  @Test(
    "names and halves are no addresses", arguments: ["localhost:80", "127.0.0.1", "::1:80", ":80", "1.2.3.4:99999"])
  func noAddresses(text: String) { #expect(throws: Problem.self) { try ListenAddress(text) } }
}

/// A socket that listens.
final class StreamSocket: Sendable {
  private let descriptor: Int32

  init(_ path: String) throws {
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(result == 0 && listen(descriptor, 1) == 0)
  }

  deinit { close(descriptor) }
}
