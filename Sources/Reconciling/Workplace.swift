import Control
import Intent
import Libvirt
import Store
import Vocabulary

/// What one command or daemon works at: which libvirt, which store. Nothing is opened before it is used.
struct Workplace: Sendable {
  let uri: String?
  let location: StoreLocation
  let command: String
  let time: Timekeeper
  let connect: @Sendable (_ uri: String?, _ readOnly: Bool) async throws(LibvirtError) -> any Hypervisor
  /// Of a daemon: the socket that commands find in the lock of the store.
  var socketPath: String?
  /// Of a daemon: what is open already, and stays so.
  var resident: Residence?

  /// For looking: a connection and the store as it is, without a lock and without a write.
  func look() async throws(Problem) -> Looking {
    if let resident { return Looking(try resident.surroundings()) }
    let connecting = Connecting { (readOnly) async throws(Problem) in try await open(readOnly: readOnly) }
    let store: RecordStore?
    do throws(Problem) {
      store = try await stored { () throws(StoreError) in try RecordStore.openForReading(location) }
    } catch {
      // Who cannot reach libvirt either is told of that first: it is what everything needs.
      _ = try await connecting.hypervisor()
      throw error
    }
    return Looking(connecting: connecting, store: store, host: HostInquiry(connecting))
  }

  /// For changing: the store's lock first, so that a second process is told who holds it before anything is done.
  func work() async throws(Problem) -> Surroundings {
    if let resident { return try resident.surroundings() }
    return try await surroundings(try await store())
  }

  /// The store, for nobody else to change.
  /// - Parameter wait: how long whoever holds it is waited for.
  /// - Returns: the store, whose lock goes with it.
  /// - Throws: `store-held` with the holder's name; `store`.
  func store(wait: Duration = .zero) async throws(Problem) -> RecordStore {
    try await stored { () throws(StoreError) in
      let lock = try await StoreLock.acquire(
        location, command: command, since: time.now(), socket: socketPath, uri: uri, wait: wait)
      return try RecordStore.openForWriting(location, lock: lock)
    }
  }

  /// A connection with its events, beside a store.
  func surroundings(_ store: RecordStore) async throws(Problem) -> Surroundings {
    let hypervisor = try await open(readOnly: false)
    let host = try await asking("asking libvirt who it is") { () throws(LibvirtError) in try await hypervisor.host() }
    let hub = EventHub()
    let events = try await asking("registering for events") { () throws(LibvirtError) in
      try await hypervisor.events()
    }
    await hub.follow(events)
    return Surroundings(hypervisor: hypervisor, store: store, host: host, events: hub, time: time)
  }

  func open(readOnly: Bool) async throws(Problem) -> any Hypervisor {
    try await asking("connecting to libvirt\(uri.map { " at \($0)" } ?? "")") { () throws(LibvirtError) in
      #if Faults
        return Meters.metered(FailpointHypervisor(try await hypervisor(readOnly: readOnly)))
      #else
        return Meters.metered(try await hypervisor(readOnly: readOnly))
      #endif
    }
  }

  /// What changes something outlives its daemon; a look that is cut off can be taken again.
  private func hypervisor(readOnly: Bool) async throws(LibvirtError) -> any Hypervisor {
    if readOnly { return try await connect(uri, true) }
    // Commands that begin together do not begin in the same millisecond.
    let jitter = Jitter(seed: UInt64(bitPattern: time.now().milliseconds))
    return try await LastingConnection.open(clock: time.clock, alarm: time.alarm, random: jitter) {
      [connect, uri] () async throws(LibvirtError) in try await connect(uri, false)
    }
  }
}

/// What a daemon has open, and how it goes about work that it is asked for.
struct Residence: Sendable {
  /// - Throws: where libvirt was never reached.
  let surroundings: @Sendable () throws(Problem) -> Surroundings
  /// Does one thing at a time for each domain, and looks at the domain afterwards.
  let turn: @Sendable (_ domain: String, _ work: @Sendable () async -> OperationReport) async -> OperationReport
  /// Sees what happens.
  let tap: @Sendable (ProgressEvent) -> Void
  /// Whether a document may be reached for whoever gives it.
  let admit: @Sendable (IntentDocument, Requester) async throws(Problem) -> Void
}

/// What a looking command works with.
struct Looking: Sendable {
  let connecting: Connecting
  /// `nil` where there is no store yet, which is an empty one.
  let store: RecordStore?
  let host: HostInquiry

  init(connecting: Connecting, store: RecordStore?, host: HostInquiry) {
    self.connecting = connecting
    self.store = store
    self.host = host
  }

  /// What a changing command looks with.
  init(_ surroundings: Surroundings) {
    connecting = Connecting(surroundings.hypervisor)
    store = surroundings.store
    host = HostInquiry(connecting, known: surroundings.host)
  }

  var reader: KnowledgeReader { KnowledgeReader(connecting: connecting, store: store, host: host) }
}
