import DomainXML
import Libvirt
import Synchronization
import TestSupport
import Vocabulary

/// What is judged of every call as it comes in.
extension World {
  private static let deadline = Duration.seconds(120)

  func judge(_ call: FakeHypervisor.Call) -> FakeHypervisor.Fate {
    // Nobody can know of a job that begins between the last look and the call.
    if [.observe, .job, .control].contains(call.kind) { state.withLock { $0.isJobSeen = $0.jobSince != nil } }
    if call.kind == .observe {
      return state.withLock { state in
        state.disturbancesSeen = state.disturbances
        state.unread = []
        return .asUsual
      }
    }
    guard call.kind.isMutating else { return .asUsual }
    let target = World.target(of: call)
    note("call \(call.kind) \(call.side?.rawValue ?? "") \(target ?? "")")
    judgeOrder(call)
    switch call.kind {
    case .attach: judgeAttach(call, target)
    case .detach, .detachAlias: judgeDetach(call, target)
    case .update: judgeUpdate(target)
    case .create: judgeCreate()
    default: break
    }
    return state.withLock { state in
      state.changingCalls += 1
      state.isJournalled = false
      var fate = state.fates.removeValue(forKey: state.changingCalls) ?? .asUsual
      if fate == .leavesPhantom, call.kind != .attach || call.side != .live { fate = .replyLost }
      if fate != .asUsual { state.cutOffs += 1 }
      // Who was cut off may ask again at once: the guest may never have heard of it.
      if fate != .asUsual, call.kind == .detach, let id = self.id(target), var request = state.requests[id] {
        _ = request.times.popLast()
        state.requests[id] = request
      }
      return fate
    }
  }

  /// The alias of the device that comes with a call.
  private static func target(of call: FakeHypervisor.Call) -> String? {
    guard [.attach, .detach, .update].contains(call.kind), let text = call.text else { return nil }
    return (try? DomainDocument(text)).flatMap { Device($0.root).alias }
  }

  private func judgeOrder(_ call: FakeHypervisor.Call) {
    let (isJournalled, isJobSeen) = state.withLock { ($0.isJournalled, $0.isJobSeen) }
    if !isJournalled, call.kind != .destroy { violate("I6", "\(call.kind) is called before it is journalled") }
    if isJobSeen, call.kind != .destroy {
      violate("design 4", "\(call.kind) is called while a foreign job holds the domain")
    }
  }

  private func id(_ alias: String?) -> String? {
    alias.flatMap { $0.hasPrefix("ua-") ? String($0.dropFirst(3)) : nil }
  }

  private func judgeAttach(_ call: FakeHypervisor.Call, _ alias: String?) {
    guard let id = id(alias) else { return violate("I7", "a device of nobody's is attached") }
    let side = call.side?.rawValue ?? ""
    let (wanted, isRepeated) = state.withLock { state in
      (state.wish.ids.contains(id) || id == "root", !state.unread.insert("\(side) \(id)").inserted)
    }
    if !wanted { violate("I10", "'\(id)' is attached, and the document does not want it") }
    if isRepeated { violate("I5", "'\(id)' is attached again before anybody looked") }
    guard let uuid, let glance = fake.glance(uuid), call.side == .live, glance.phantoms.contains("ua-" + id) else {
      return
    }
    let (times, cutOffs) = state.withLock { state in
      state.phantomRefusals["\(glance.run ?? 0) \(id)", default: 0] += 1
      return (state.phantomRefusals["\(glance.run ?? 0) \(id)", default: 0], state.cutOffs)
    }
    // Once for what is in the way, once for the device; and both again where nobody heard the answer.
    if times > 2 + 2 * cutOffs { violate("F20", "the phantom '\(id)' is attached for the \(times). time") }
  }

  private func judgeDetach(_ call: FakeHypervisor.Call, _ alias: String?) {
    guard let id = id(alias) else { return violate("I7", "a device that no id names is detached") }
    let wish = state.withLock { $0.wish }
    if id == "root" || id == wish.protectedID { return violate("I7", "'\(id)' is protected, and is detached") }
    if !Wish.all.contains(id) { return violate("I7", "'\(id)' is nobody's, and is detached") }
    if wish.ids.contains(id) { return violate("I3", "'\(id)' is wanted, and is detached") }
    let holds = devices(.live)?["ua-" + id] != nil
    if call.side == .persistent {
      // Who wants the domain stopped has it changed for its next start, and then shut down.
      guard holds, wish.isRunning, wish.otherwise != "nextBoot" else { return }
      return violate("design 7", "'\(id)' is detached from the definition while the guest has it")
    }
    judgeRequest(id)
  }

  /// Design section 8: not before 30 s, not after the deadline, at most 12 times in an hour.
  private func judgeRequest(_ id: String) {
    let now = clock.now
    let run = uuid.flatMap { fake.glance($0)?.run }
    let earlier: [VirtualClock.Instant] = state.withLock { state in
      var request = state.requests[id]
      if request?.run != run || request?.wishNumber != state.wishNumber { request = nil }
      let times = request?.times ?? []
      state.requests[id] = Request(run: run, wishNumber: state.wishNumber, times: times + [now])
      return times
    }
    guard let first = earlier.first, let last = earlier.last else { return }
    if last.duration(to: now) < .seconds(30) {
      violate("design 8", "the guest is asked for '\(id)' again after \(last.duration(to: now))")
    }
    if first.duration(to: now) > World.deadline {
      violate("design 8", "the guest is asked for '\(id)' after its deadline")
    }
    if earlier.filter({ $0.duration(to: now) < .seconds(3600) }).count >= 12 {
      violate("design 8", "the guest is asked for '\(id)' more than 12 times in an hour")
    }
  }

  private func judgeUpdate(_ alias: String?) {
    guard let id = id(alias), Wish.cards.contains(id) else {
      return violate("I7", "'\(alias ?? "?")' is changed, and nothing of it was wanted otherwise")
    }
  }

  private func judgeCreate() {
    if uuid != nil { violate("I1", "a domain that is there is defined") }
    let (isRecorded, isRestoring) = state.withLock { ($0.isRecorded, $0.isRestoring) }
    if isRecorded, !isRestoring { violate("I11", "a domain that is gone is defined again") }
    // Nobody remembers the one before, so this is another domain.
    if !isRecorded, !isRestoring { state.withLock { $0.slots = [:] } }
  }
}
