internal import CLibvirt
internal import Glibc

/// Runs `body` on a thread of its own that is called `name` in the kernel too (at most 15 bytes).
///
/// Not Foundation's `Thread`: its name never reaches the kernel on Linux, and this room needs nothing else of it.
func startDetachedThread(_ name: String, _ body: @escaping @Sendable () -> Void) {
  let start = ThreadStart(name: name, body: body)
  var attributes = pthread_attr_t()
  pthread_attr_init(&attributes)
  defer { pthread_attr_destroy(&attributes) }
  pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED))
  var thread = pthread_t()
  let result = pthread_create(
    &thread, &attributes,
    { argument in
      guard let argument else { return nil }
      let start = Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
      vmctl_name_this_thread(start.name)
      blockBrokenPipeSignal()
      start.body()
      return nil
    }, Unmanaged.passRetained(start).toOpaque())
  // Without its threads the room can do nothing, and there is no caller who could do without them.
  precondition(result == 0, "cannot start a thread: \(String(cString: strerror(result)))")
}

/// libvirt's client writes to its socket with plain `write`: to a daemon that has gone, that is SIGPIPE, which ends the
/// program (seen on 9.0, exit 141). The signal goes to the thread that writes; blocked there, it leaves `write` with
/// EPIPE and libvirt with an error. Ignoring it for the process would change what `vmctl … | head` does.
private func blockBrokenPipeSignal() {
  var signals = sigset_t()
  sigemptyset(&signals)
  sigaddset(&signals, SIGPIPE)
  pthread_sigmask(SIG_BLOCK, &signals, nil)
}

private final class ThreadStart: Sendable {
  let name: String
  let body: @Sendable () -> Void

  init(name: String, body: @escaping @Sendable () -> Void) {
    self.name = name
    self.body = body
  }
}
