import Commands
import Control
import Foundation
import Glibc
import Store
import TestSupport
import Testing
import Vocabulary

/// Which control a command speaks to, with real sockets and real locks.
@Suite struct ChoiceTests {
  /// Listens, or has listened: then only its file is left.
  private final class Listener {
    let path: String
    private let descriptor: Int32

    init(at path: String, listens: Bool = true) throws {
      self.path = path
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
      descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
      let descriptor = descriptor
      let bound = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      }
      guard bound == 0, !listens || listen(descriptor, 8) == 0 else { throw POSIXError(.EADDRINUSE) }
    }

    deinit { close(descriptor) }
  }

  private let user: UInt32 = 1_000

  private func choose(
    _ environment: [String: String], uri: String? = nil, store: String? = nil, socket: String? = nil
  ) throws -> ControlChoice {
    try ControlChoice.choose(
      ControlOptions(uri: uri, storePath: store, socket: socket, command: "vmctl get"), environment: environment,
      user: user)
  }

  /// A folder with the usual places of socket and store below it.
  private func place() throws -> (folder: Folder, environment: [String: String], socket: String, store: String) {
    let folder = try Folder()
    try FileManager.default.createDirectory(atPath: folder("vmctl"), withIntermediateDirectories: true)
    return (
      folder, ["XDG_RUNTIME_DIR": folder.path, "XDG_STATE_HOME": folder.path], folder("vmctl/vmctl.sock"),
      folder("vmctl/vmctl.db")
    )
  }

  @Test("without a daemon a command works by itself, and nothing is said of it")
  func alone() throws {
    let place = try place()
    #expect(try choose(place.environment) == .embedded())
    #expect(try choose([:]) == .embedded())
    #expect(UsualSocket.path([:], isRoot: true) == "/run/vmctl/vmctl.sock")
    #expect(UsualSocket.path(["XDG_RUNTIME_DIR": "relative"], isRoot: false) == nil)
  }

  @Test("the usual socket is taken where somebody answers, unless store or hypervisor are chosen")
  func usual() throws {
    let place = try place()
    let listener = try Listener(at: place.socket)
    #expect(try choose(place.environment) == .daemon(socket: listener.path))
    #expect(try choose(place.environment, uri: "test:///default") == .embedded())
    #expect(try choose(place.environment, store: place.folder("other.db")) == .embedded())
    for variable in ["VMCTL_STORE", "LIBVIRT_DEFAULT_URI"] {
      var environment = place.environment
      environment[variable] = "/x"
      #expect(try choose(environment) == .embedded())
      environment[variable] = ""
      #expect(try choose(environment) == .daemon(socket: listener.path))
    }
  }

  @Test("a socket where nobody listens is said once, and the command works by itself")
  func deaf() async throws {
    let place = try place()
    _ = try Listener(at: place.socket)
    guard case .embedded(let remark?) = try choose(place.environment) else {
      Issue.record("nothing was said")
      return
    }
    #expect(remark.contains(place.socket) && remark.contains("by itself"))
    // A file that is no socket is nobody's.
    try FileManager.default.removeItem(atPath: place.socket)
    try place.folder.write("", to: "vmctl/vmctl.sock")
    #expect(try choose(place.environment) == .embedded())

    var around = Surroundings()
    around.remark = remark
    #expect(await around.run("devices", "web-1").talk.components(separatedBy: remark).count == 2)
    #expect(await around.run("devices", "web-1", "-o", "json").talk.contains(remark) == false)
  }

  @Test("a socket that is named must answer, else the way to start a daemon is said")
  func named() throws {
    let place = try place()
    let listener = try Listener(at: place.folder("own.sock"))
    #expect(try choose([:], socket: listener.path) == .daemon(socket: listener.path))
    var environment = place.environment
    environment["VMCTL_SOCKET"] = listener.path
    environment["LIBVIRT_DEFAULT_URI"] = "test:///default"
    #expect(try choose(environment) == .daemon(socket: listener.path))
    // What is on the command line goes before what is in the environment.
    #expect(try choose(environment, store: place.folder("other.db")) == .embedded())
    environment["VMCTL_SOCKET"] = "/nowhere/vmctl.sock"
    #expect(try choose(environment, socket: listener.path) == .daemon(socket: listener.path))
    for call in [{ try choose(environment) }, { try choose([:], socket: "/nowhere/vmctl.sock") }] {
      #expect { try call() } throws: {
        ($0 as? Problem)?.code == "no-daemon" && ($0 as? Problem)?.remedy?.contains("systemctl start vmctld") == true
      }
    }
    #expect { try choose([:], uri: "test:///default", socket: listener.path) } throws: {
      ($0 as? Problem)?.code == "usage"
    }
  }

  @Test("whoever names a store that a daemon holds gets that daemon, unless he means another hypervisor (F16)")
  func holder() async throws {
    let store = try TemporaryStore()
    let folder = try Folder()
    let path = folder("d.sock")
    let place = store.location.path
    let since = Timestamp(milliseconds: 5)
    var listener: Listener? = try Listener(at: path)
    func hold(_ uri: String?) async throws -> StoreLock {
      try await StoreLock.acquire(store.location, command: "vmctld", since: since, socket: path, uri: uri)
    }
    var lock = try await hold("qemu:///system")
    #expect(try choose([:], store: place) == .daemon(socket: path))
    #expect(try choose(["VMCTL_STORE": place]) == .daemon(socket: path))
    #expect(try choose([:], uri: "qemu:///system", store: place) == .daemon(socket: path))
    #expect(try choose([:], uri: "test:///default", store: place) == .embedded())
    #expect(try choose(["LIBVIRT_DEFAULT_URI": "test:///default"], store: place) == .embedded())
    lock.close()
    #expect(try choose([:], store: place) == .embedded())
    // A daemon that does not say which hypervisor it works at is at the one that libvirt chooses, and at no other.
    lock = try await hold(nil)
    #expect(try choose([:], store: place) == .daemon(socket: path))
    #expect(try choose([:], uri: "qemu:///session", store: place) == .daemon(socket: path))
    #expect(try choose([:], uri: "qemu:///system", store: place) == .embedded())
    // What a daemon that was killed left behind names nobody.
    let text = try #require(FileManager.default.contents(atPath: store.location.lockPath))
    lock.close()
    try text.write(to: URL(filePath: store.location.lockPath))
    #expect(try choose([:], store: place) == .embedded())
    lock = try await hold(nil)
    listener = nil
    #expect(try choose([:], store: place) == .embedded())
    _ = listener
    lock.close()
    let other = try await StoreLock.acquire(store.location, command: "vmctl reconcile", since: since)
    #expect(try choose([:], store: place) == .embedded())
    other.close()
  }
}
