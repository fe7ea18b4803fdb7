import Libvirt
import Synchronization
package import Vocabulary

/// What guests and others do to the fake's domains, behind vmctl's back.
extension FakeHypervisor {
  /// Somebody edits a side's text; with `persistent`, as a redefinition, which is told.
  package func rewrite(_ domain: DomainUUID, side: Side, _ body: (XMLText) -> XMLText) {
    var name: String?
    change(domain) { found in
      name = found.name
      if let text = try? found.text(side, "") { found.setText(body(text), side) }
    }
    if let name, side == .persistent { emit(.lifecycle(.definedUpdated), of: domain, name: name) }
  }

  /// The guest reboots: pending unplugs are completed by it.
  package func reset(_ domain: DomainUUID) {
    guard let found = domains(domain) else { return }
    emit(.reboot, of: domain, name: found.name)
    for alias in found.pending { release(alias, of: domain) }
  }

  /// The guest lets go of a device that it was asked for, late.
  package func release(_ alias: String, of domain: DomainUUID) {
    var name: String?
    change(domain) { found in
      guard let live = found.live, found.pending.contains(alias),
        let hotplug = try? FakeHotplug(live, side: .live, run: found.id ?? 0, ""),
        let device = hotplug.find(alias: alias)
      else { return }
      found.live = hotplug.removing(device)
      found.pending.removeAll { $0 == alias }
      name = found.name
    }
    if let name { emit(.deviceRemoved(alias: alias), of: domain, name: name) }
  }

  /// The guest goes to sleep or stops by itself: `stopped` says why.
  package func stop(_ domain: DomainUUID, _ reason: StopReason = .shutdown) {
    guard let found = domains(domain), found.live != nil else { return }
    let lifecycle =
      switch reason {
      case .destroyed: Lifecycle.stoppedDestroyed
      case .crashed: Lifecycle.stoppedCrashed
      case .migrated: Lifecycle.stoppedMigrated
      case .saved: Lifecycle.stoppedSaved
      case .failed: Lifecycle.stoppedFailed
      case .snapshot: Lifecycle.stoppedFromSnapshot
      case .shutdown, .unknown, .daemon: Lifecycle.stoppedShutdown
      }
    state.mutex.withLock { state in
      guard var domain = state.domains[found.uuid] else { return }
      if reason == .saved {
        domain.saved = domain.live
        domain.savedPending = domain.pending
      }
      domain.live = nil
      domain.id = nil
      domain.state = .shutOff
      domain.stopReason = reason
      domain.pending = []
      domain.phantoms = [:]
      state.domains[found.uuid] = domain.isPersistent ? domain : nil
    }
    emit(.lifecycle(lifecycle), of: domain, name: found.name)
  }

  /// What a domain is, asked of nobody: no call comes in.
  package struct Glance: Sendable {
    package let live: XMLText?
    package let persistent: XMLText?
    package let state: DomainState
    package let run: Int?
    /// Aliases that the guest was asked to let go of.
    package let pending: [String]
    /// Aliases that the hypervisor process has and libvirt does not know.
    package let phantoms: [String]
  }

  package func glance(_ domain: DomainUUID) -> Glance? {
    domains(domain).map {
      Glance(
        live: $0.live, persistent: $0.isPersistent ? $0.persistent : nil, state: $0.state, run: $0.id,
        pending: $0.pending, phantoms: $0.phantoms.keys.sorted())
    }
  }

  /// The domain of a name, asked of nobody.
  package func uuid(named name: String) -> DomainUUID? {
    state.mutex.withLock { $0.domains.values.first { $0.name == name }?.uuid }
  }

  /// Somebody attaches a device; false where libvirt refuses it.
  package func attachForeign(_ device: XMLText, to domain: DomainUUID, side: Side) -> Bool {
    var added: (alias: String?, name: String)?
    change(domain) { found in
      guard let attached = try? found.hotplug(side, "").attach(device) else { return }
      found.setText(attached.text, side)
      added = (attached.alias, found.name)
    }
    guard let added else { return false }
    if side == .live, let alias = added.alias { emit(.deviceAdded(alias: alias), of: domain, name: added.name) }
    return true
  }

  /// Somebody detaches a device, and the guest lets go of it at once.
  package func detachForeign(_ alias: String, from domain: DomainUUID, side: Side) {
    var name: String?
    change(domain) { found in
      guard let hotplug = try? found.hotplug(side, ""), let device = hotplug.find(alias: alias) else { return }
      found.setText(hotplug.removing(device), side)
      if side == .live {
        found.pending.removeAll { $0 == alias }
        name = found.name
      }
    }
    if let name { emit(.deviceRemoved(alias: alias), of: domain, name: name) }
  }

  /// The guest forgets what it was asked for, as one does that was in its firmware then.
  package func loseRequests(_ domain: DomainUUID) { change(domain) { $0.pending = [] } }

  /// The domain is undefined by somebody else.
  package func undefineForeign(_ domain: DomainUUID) {
    guard let found = domains(domain), found.live == nil else { return }
    state.mutex.withLock { $0.domains[domain] = nil }
    emit(.lifecycle(.undefinedRemoved), of: domain, name: found.name)
  }

  /// The domain leaves for another host.
  package func migrateAway(_ domain: DomainUUID) {
    guard let found = domains(domain) else { return }
    stop(domain, .migrated)
    state.mutex.withLock { $0.domains[domain] = nil }
    emit(.lifecycle(.undefinedRemoved), of: domain, name: found.name)
  }

  private func domains(_ uuid: DomainUUID) -> FakeDomain? { state.mutex.withLock { $0.domains[uuid] } }
}
