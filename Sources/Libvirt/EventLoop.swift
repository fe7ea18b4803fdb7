internal import CLibvirt
internal import Glibc
internal import Synchronization

/// libvirt's event loop: one a process, which libvirt itself demands, and it cannot be changed later.
///
/// It must be registered before the first connection opens, or that connection never gets events nor keepalive
/// answers. Turning it may come later: calls do their own waiting and answer the daemon's keepalive meanwhile.
enum EventLoop {
  /// Once: libvirt's set-up, its talk on stderr silenced, the loop registered.
  static func register() throws(LibvirtError) {
    if case .failure(let error) = registration { throw error }
  }

  /// As `register`, for those who need its outcome later.
  static func begin() { _ = registration }

  private static let registration: Result<Void, LibvirtError> = {
    guard virInitialize() == 0 else { return .failure(.last("virInitialize")) }
    virSetErrorFunc(nil) { _, _ in }
    guard virEventRegisterDefaultImpl() == 0 else { return .failure(.last("virEventRegisterDefaultImpl")) }
    return .success(())
  }()

  /// Turns the loop from now on. It is never stopped.
  static func start() { started }

  private static let started: Void = {
    // As libvirt's manual advises: "it will block forever if there are no registered events".
    _ = virEventAddTimeout(1000, { _, _ in }, nil, nil)
    startDetachedThread("libvirt-events") {
      while true {
        // An error here is of one turn, and the next turn starts from the beginning; but never spin on it.
        if virEventRunDefaultImpl() < 0 { usleep(10_000) }
      }
    }
  }()

  /// Turns the loop in some seconds, unless the program is over by then.
  ///
  /// For connections that only look: a turning loop costs every call two more wake-ups, but a connection that is idle
  /// and answers no keepalive is cut by the daemon after 30 s (`keepalive_interval` 5 s, `keepalive_count` 5).
  static func startLater() { startedLater }

  private static let startedLater: Void = {
    startDetachedThread("libvirt-later") {
      sleep(5)
      start()
    }
  }()
}
