package import Control
import Foundation
import Reconciling
import VMControlClient
package import Vocabulary

/// Whether a daemon does a command's work or the command does it by itself: decided once, before anything is asked.
package enum ControlChoice: Sendable, Hashable {
  case daemon(socket: String)
  /// With what is to be said of it, if anything.
  case embedded(remark: String? = nil)

  /// The order: `--socket` or `VMCTL_SOCKET`; where neither store nor hypervisor is chosen, the usual socket; the
  /// daemon that holds the store; this process.
  ///
  /// On the way to the last it costs one `stat` and one small read.
  /// - Throws: where a daemon was asked for and there is none.
  package static func choose(
    _ options: ControlOptions, environment: [String: String], user: UInt32
  ) throws(Problem) -> ControlChoice {
    if let path = options.socket, !path.isEmpty {
      guard options.uri == nil, options.storePath == nil else {
        throw Problem(
          "usage", "--socket excludes --store and --connect: a daemon has its own store and hypervisor", path: path)
      }
      return try answering(path)
    }
    if options.uri == nil, options.storePath == nil, let path = chosen(nil, environment["VMCTL_SOCKET"]) {
      return try answering(path)
    }
    let uri = chosen(options.uri, environment["LIBVIRT_DEFAULT_URI"])
    let store = chosen(options.storePath, environment["VMCTL_STORE"])
    var remark: String?
    if uri == nil, store == nil {
      if let path = UsualSocket.path(environment, isRoot: user == 0), isSocket(path) {
        let number = UnixSocketTransport.probe(path)
        if number == 0 { return .daemon(socket: path) }
        remark =
          "Nobody answers at \(path) (\(String(cString: strerror(number)))); vmctl works by itself."
      }
    }
    if let daemon = ResidentDaemon.holding(storePath: options.storePath, environment: environment, isRoot: user == 0),
      // Whose hypervisor nobody knows could be another than the one that was asked for.
      uri == nil || uri == daemon.uri ?? usualURI(user), UnixSocketTransport.probe(daemon.socket) == 0
    {
      return .daemon(socket: daemon.socket)
    }
    return .embedded(remark: remark)
  }

  /// What libvirt chooses where nothing is said and there is a QEMU.
  private static func usualURI(_ user: UInt32) -> String { user == 0 ? "qemu:///system" : "qemu:///session" }

  private static func answering(_ path: String) throws(Problem) -> ControlChoice {
    // Throws what is wrong, and how to start one.
    _ = try UnixSocketTransport(path: path).connect()
    return .daemon(socket: path)
  }

  private static func isSocket(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFSOCK
  }

  private static func chosen(_ option: String?, _ variable: String?) -> String? {
    if let option, !option.isEmpty { return option }
    return variable.flatMap { $0.isEmpty ? nil : $0 }
  }
}

/// What a command speaks to.
package struct ChosenControl: Sendable {
  package let control: any VMControl
  /// The daemon, where it is one.
  package let resident: (any ResidentControl)?
  /// What people should know of the choice.
  package let remark: String?

  package init(_ control: any VMControl, remark: String? = nil) {
    self.control = control
    resident = nil
    self.remark = remark
  }

  package init(daemon: any ResidentControl) {
    control = daemon
    resident = daemon
    remark = nil
  }
}
