import Control
import DomainXML
import Faults
import Foundation
import Libvirt
import Reconciling
import Store
import Synchronization
import TestSupport
import Vocabulary

/// Everything that a history happens to: libvirt and the guest, the clock, the store, and what was seen of them.
final class World: Sendable {
  struct State {
    var chances: SeededNumbers
    var weather = Weather.mixed
    var wish = Wish()
    /// Counts up with each document that is given.
    var wishNumber = 0
    var violations: [Violation] = []
    var trace: [String] = []
    /// What becomes of the n-th changing call of the command that runs.
    var fates: [Int: FakeHypervisor.Fate] = [:]
    var changingCalls = 0
    /// A step is journalled and its call has not been made.
    var isJournalled = false
    var jobSince: VirtualClock.Instant? { didSet { isJobSeen = false } }
    /// Whether anybody looked at the domain since the foreign job began.
    var isJobSeen = false
    /// Somebody else did something; and how often had somebody when vmctl looked last.
    var disturbances = 0
    var disturbancesSeen = 0
    var downUntil: VirtualClock.Instant?
    var slots: [String: String] = [:]
    var foreignSlots: Set<String> = []
    var requests: [String: Request] = [:]
    /// Attaches since the last look, by side and alias.
    var unread: Set<String> = []
    var phantomRefusals: [String: Int] = [:]
    /// Calls without an answer, and processes that died.
    var cutOffs = 0
    var isRestoring = false
    /// A command ended in order when libvirt had the domain.
    var isRecorded = false
    /// Slots of devices that others detach from now on are known to nobody.
    var isStoreLost = false
    var wasSaved = false
    var accepted: Int64 = 0
    /// The client's own number of the newest document in the store.
    var acceptedClientGeneration: Int64?
    /// The device that the document that was applied last protects.
    var acceptedProtection: String?
  }

  /// What the guest was asked for in one run, for one wish.
  struct Request {
    let run: Int?
    let wishNumber: Int
    var times: [VirtualClock.Instant]
  }

  let seed: UInt64
  let clock = VirtualClock(runsByItself: false)
  let fake: FakeHypervisor
  let store: TemporaryStore
  /// The connection of the process that ended last, if it ended in order.
  let kept: KeptConnection
  let state: Mutex<State>
  /// What `devices` found in texts that it was asked of before.
  private let looks = Mutex<[XMLText: [String: String]]>([:])

  init(seed: UInt64) throws {
    self.seed = seed
    fake = FakeHypervisor(clock: clock, guest: .acknowledges(after: .milliseconds(100)))
    let spare = World.opensAnew(seed) ? nil : try SpareStore.take()
    store = try spare?.store ?? TemporaryStore()
    kept = spare?.kept ?? KeptConnection()
    state = Mutex(State(chances: SeededNumbers(seed: seed)))
    fake.decideFates { [weak self] call in self?.judge(call) ?? .asUsual }
  }

  var time: Timekeeper {
    let clock = clock
    return Timekeeper(clock: clock, alarm: clock) {
      let passed = clock.now.offset.components
      return Timestamp(
        milliseconds: 1_700_000_000_000 + passed.seconds * 1000 + passed.attoseconds / 1_000_000_000_000_000)
    }
  }

  var control: EmbeddedControl {
    EmbeddedControl(uri: nil, location: store.location, command: "the simulator", time: time) {
      (_, _) async throws(LibvirtError) in try self.connect()
    }
  }

  private func connect() throws(LibvirtError) -> FakeHypervisor {
    let now = clock.now
    if state.withLock({ $0.downUntil.map { now < $0 } ?? false }) {
      throw LibvirtError(
        code: .systemError, domain: .rpc, message: "Failed to connect socket: Connection refused",
        function: "virConnectOpen")
    }
    return fake.reconnected()
  }

  var uuid: DomainUUID? { fake.uuid(named: "web-1") }

  func chance<Value>(_ body: (inout SeededNumbers) -> Value) -> Value { state.withLock { body(&$0.chances) } }

  /// Whether anybody reads the trace: making it costs a third of a history.
  static let isTraced = Mutex(false)

  func note(_ text: @autoclosure () -> String) {
    guard World.isTraced.withLock({ $0 }) else { return }
    let line = "\(clock.now.offset.components.seconds) s  \(text())"
    state.withLock { $0.trace.append(line) }
  }

  func violate(_ rule: String, _ message: String) {
    note("VIOLATION \(rule): \(message)")
    state.withLock { $0.violations.append(Violation(rule: rule, message: message)) }
  }

  func disturb(_ what: String) {
    note("world: \(what)")
    state.withLock { $0.disturbances += 1 }
  }

  // MARK: Failpoints

  func met(_ point: Failpoint) {
    switch point.name {
    // A request that is made again is kept by `settle`.
    case "store.begin.after", "store.settle.after": state.withLock { $0.isJournalled = true }
    default: break
    }
  }

  /// Where the store is lost, what is neither in the domain nor in its metadata is known to nobody.
  func forgetUnwrittenSlots() {
    let persistent = uuid.flatMap { fake.glance($0)?.persistent }.flatMap { try? DomainDefinition($0) }
    let written = Set((persistent.flatMap { ManagedState(in: $0) }?.tombstones ?? []).map { $0.id.alias })
    let there = Set((devices(.live) ?? [:]).keys).union((devices(.persistent) ?? [:]).keys)
    state.withLock { state in
      for (alias, slot) in state.slots where !there.contains(alias) && !written.contains(alias) {
        state.foreignSlots.insert(slot)
      }
    }
  }

  /// Whether what an end of a process does to its store is played in full: a connection goes with its process, and a
  /// history begins with no store at all. In every sixteenth history, for it takes time.
  private static func opensAnew(_ seed: UInt64) -> Bool { seed.isMultiple(of: 16) }

  /// Looks at the store between two commands, by the connection that the last one left where it left one.
  /// - Returns: `nil` where there is no store.
  func look<Answer>(_ body: (RecordStore) async throws -> Answer) async throws -> Answer? {
    if !World.opensAnew(seed), let store = kept.store() {
      return try await body(store)
    }
    guard let store = try RecordStore.openForReading(store.location) else { return nil }
    let answer = try await body(store)
    try store.close()
    return answer
  }

  /// The process died. Nothing that it had not committed is in the store: it dies between writes, and those of the
  /// dead fail.
  func died() {
    state.withLock { $0.cutOffs += 1 }
    if World.opensAnew(seed) { dropConnection() }
  }

  /// What shows whether anybody wrote to the store: its files byte for byte, or how many rows were changed.
  func storeState() throws -> StoreState {
    if !World.opensAnew(seed), let changes = try kept.changes() { return .changes(changes) }
    // To read the file would take the locks away from a connection that is open.
    dropConnection()
    return .files(["", "-wal"].map { FileManager.default.contents(atPath: store.location.path + $0) })
  }

  enum StoreState: Equatable {
    case changes(Int)
    case files([Data?])
  }

  /// The history is over: the next one may have the store.
  func giveBack() {
    SpareStore.keep(SpareStore(store: store, kept: kept))
  }

  /// The process that ended last takes its connection with it, or one of its successors opens the store anew.
  func dropConnection() {
    do {
      try kept.drop()
    } catch {
      violate("simulator", "the store cannot be closed: \(error)")
    }
  }

  // MARK: What is there

  /// A side's devices that have an alias, with their slots.
  func devices(_ side: Side) -> [String: String]? {
    guard let uuid, let glance = fake.glance(uuid), let text = side == .live ? glance.live : glance.persistent
    else { return nil }
    if let known = looks.withLock({ $0[text] }) { return known }
    guard let definition = try? DomainDefinition(text) else { return nil }
    var found: [String: String] = [:]
    for device in definition.devices {
      if let alias = device.alias, alias.hasPrefix("ua-") { found[alias] = device.slot?.description ?? "" }
    }
    looks.withLock { $0[text] = found }
    return found
  }
}
