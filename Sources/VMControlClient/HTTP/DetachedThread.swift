internal import Glibc

/// glibc declares it for GNU sources only, which Swift's Glibc module is not.
@_silgen_name("pthread_setname_np") private func nameThread(_ thread: pthread_t, _ name: UnsafePointer<CChar>) -> Int32

/// Runs `body` on a thread of its own that the kernel calls `name` (at most 15 bytes): an exchange blocks, and what
/// blocks must not sit on Swift's cooperative pool.
func startDetachedThread(_ name: String, _ body: @escaping @Sendable () -> Void) {
  let start = ThreadStart(name: name, body: body)
  var thread = pthread_t()
  let result = pthread_create(
    &thread, nil,
    { argument in
      guard let argument else { return nil }
      let start = Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
      _ = nameThread(pthread_self(), start.name)
      start.body()
      return nil
    }, Unmanaged.passRetained(start).toOpaque())
  // Without a thread nothing can be asked, and there is no caller who could do without an answer.
  precondition(result == 0, "cannot start a thread: \(String(cString: strerror(result)))")
  pthread_detach(thread)
}

private final class ThreadStart: Sendable {
  let name: String
  let body: @Sendable () -> Void

  init(name: String, body: @escaping @Sendable () -> Void) {
    self.name = name
    self.body = body
  }
}
