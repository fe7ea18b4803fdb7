internal import CLibvirt
internal import Glibc

/// Threads for libvirt's blocking calls, so that none blocks Swift's cooperative pool.
///
/// Four, because libvirtd serves five requests of one client at a time (`max_client_requests`). They are made when
/// first needed, so that a command with one call makes one thread. When the last reference goes, they finish what is
/// queued and end.
final class CallThreads: Sendable {
  static let limit = 4

  private let queue = CallQueue()

  /// Runs `body` on one of the threads. What `body` reads of libvirt's thread-local error belongs to its own calls.
  func run<T: Sendable, F: Error>(_ body: @escaping @Sendable () throws(F) -> T) async throws(F) -> T {
    let result: Result<T, F> = await withCheckedContinuation { continuation in
      queue.add { continuation.resume(returning: Result(catching: body)) }
    }
    return try result.get()
  }

  /// Runs `body` some time, for those who cannot wait for it.
  func later(_ body: @escaping @Sendable () -> Void) { queue.add(body) }

  deinit { queue.finish() }
}

// `mutex` guards every variable; the two pointers never change and are freed when nobody can use them any more.
private final class CallQueue: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let filled = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var incoming: [@Sendable () -> Void] = []
  /// The oldest last.
  private var outgoing: [@Sendable () -> Void] = []
  private var threads = 0
  private var idle = 0
  private var isFinished = false

  init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(filled, nil)
  }

  deinit {
    pthread_cond_destroy(filled)
    pthread_mutex_destroy(mutex)
    filled.deallocate()
    mutex.deallocate()
  }

  func add(_ job: @escaping @Sendable () -> Void) {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    incoming.append(job)
    if idle < incoming.count + outgoing.count, threads < CallThreads.limit { startThread() }
    pthread_cond_signal(filled)
  }

  func finish() {
    pthread_mutex_lock(mutex)
    isFinished = true
    pthread_cond_broadcast(filled)
    pthread_mutex_unlock(mutex)
  }

  private func startThread() {
    threads += 1
    let name = "libvirt-call-\(threads)"
    startDetachedThread(name) { [self] in serve() }
  }

  private func serve() {
    while let job = next() { job() }
  }

  private func next() -> (@Sendable () -> Void)? {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while incoming.isEmpty, outgoing.isEmpty {
      if isFinished { return nil }
      idle += 1
      pthread_cond_wait(filled, mutex)
      idle -= 1
    }
    if outgoing.isEmpty {
      outgoing = incoming.reversed()
      incoming.removeAll(keepingCapacity: true)
    }
    return outgoing.popLast()
  }
}
