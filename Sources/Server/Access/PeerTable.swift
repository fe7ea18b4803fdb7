import Synchronization

/// What a user or group may do on the Unix socket.
package struct PeerRule: Sendable, Hashable {
  package enum Peer: Sendable, Hashable {
    case user(UInt32)
    case group(UInt32)
  }

  package let peer: Peer
  package let scopes: Set<Scope>
  package let selector: DomainSelector

  package init(_ peer: Peer, scopes: Set<Scope>, selector: DomainSelector = .every) {
    self.peer = peer
    self.scopes = scopes
    self.selector = selector
  }
}

/// Which scopes the peers of the Unix socket have. The first rule that is of the peer decides, and no other adds to it:
/// a narrow rule above a wide one narrows.
package final class PeerTable: Sendable {
  private let rules: Mutex<[PeerRule]>
  private let groups: UserGroups

  package init(_ rules: [PeerRule], groups: UserGroups = UserGroups()) {
    self.rules = Mutex(rules)
    self.groups = groups
  }

  /// From the next request on.
  package func replace(with rules: [PeerRule]) {
    self.rules.withLock { $0 = rules }
    groups.forget()
  }

  /// - Returns: `nil` where no rule is of that peer.
  package func principal(of peer: PeerCredentials) -> Principal? {
    let rules = rules.withLock { $0 }
    var known: Set<UInt32>?
    for rule in rules {
      switch rule.peer {
      case .user(let uid): guard uid == peer.uid else { continue }
      case .group(let gid):
        let member = known ?? groups.groups(of: peer)
        known = member
        guard member.contains(gid) else { continue }
      }
      return Principal(name: "uid:\(peer.uid)", scopes: rule.scopes, selector: rule.selector)
    }
    return nil
  }
}
