import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// The groups of users, as the user database has them; remembered for a while, because a directory service behind it
/// may take its time and each request asks.
package final class UserGroups: Sendable {
  private struct Answer {
    let groups: Set<UInt32>
    let until: Duration
  }

  /// How long somebody who was taken out of a group stays in it, here.
  package static let memory = Duration.seconds(10)
  /// More users than anybody has: beyond it all are forgotten.
  private static let most = 4096

  private let answers = Mutex<[UInt32: Answer]>([:])
  private let lookUp: @Sendable (_ uid: UInt32, _ gid: UInt32) -> Set<UInt32>
  private let now: @Sendable () -> Duration

  package init(
    now: @escaping @Sendable () -> Duration = AccessClock.steady,
    lookUp: @escaping @Sendable (_ uid: UInt32, _ gid: UInt32) -> Set<UInt32> = UserGroups.database
  ) {
    self.now = now
    self.lookUp = lookUp
  }

  package func groups(of peer: PeerCredentials) -> Set<UInt32> {
    let time = now()
    if let known = answers.withLock({ $0[peer.uid] }), time < known.until { return known.groups.union([peer.gid]) }
    let found = lookUp(peer.uid, peer.gid)
    answers.withLock { answers in
      if answers.count >= UserGroups.most { answers = [:] }
      answers[peer.uid] = Answer(groups: found, until: time + UserGroups.memory)
    }
    return found.union([peer.gid])
  }

  package func forget() { answers.withLock { $0 = [:] } }

  /// getgrouplist(3). A user who is in no database has the group that his process has.
  package static let database: @Sendable (_ uid: UInt32, _ gid: UInt32) -> Set<UInt32> = { uid, gid in
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var buffer = [CChar](repeating: 0, count: 1 << 16)
    guard getpwuid_r(uid, &entry, &buffer, buffer.count, &found) == 0, found != nil, let name = entry.pw_name else {
      return [gid]
    }
    var count: Int32 = 64
    while count <= 1 << 16 {
      var groups = [gid_t](repeating: 0, count: Int(count))
      if getgrouplist(name, entry.pw_gid, &groups, &count) >= 0 { return Set(groups.prefix(Int(count))) }
      // `count` is now how many there are.
      count = max(count, Int32(groups.count) * 2)
    }
    return [gid]
  }
}
