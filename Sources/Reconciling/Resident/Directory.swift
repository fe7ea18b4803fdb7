import Control
import Synchronization
import Vocabulary

/// The domains of the host by name: what is asked of a daemon most often is answered from here.
final class Directory: Sendable {
  private struct State {
    var entries: [String: DirectoryEntry] = [:]
    var names: [DomainUUID: String] = [:]
    /// Names in order, made when they are asked for.
    var sorted: [String]?
  }

  private let state = Mutex(State())

  /// By name or UUID.
  subscript(reference: String) -> DirectoryEntry? {
    state.withLock { state in
      if let entry = state.entries[reference] { return entry }
      return DomainUUID(reference).flatMap { state.names[$0] }.flatMap { state.entries[$0] }
    }
  }

  subscript(uuid: DomainUUID) -> DirectoryEntry? {
    state.withLock { state in state.names[uuid].flatMap { state.entries[$0] } }
  }

  /// What a domain is called here: its name, also where it was named by its UUID.
  func name(of reference: String) -> String { self[reference]?.name ?? reference }

  /// Changes an entry, or makes it.
  /// - Returns: what `change` returns.
  @discardableResult
  func update<Value>(_ name: String, _ key: DomainKey, _ change: (inout DirectoryEntry) -> Value) -> Value {
    state.withLock { state in
      var entry = state.entries[name] ?? DirectoryEntry(name: name, key: key)
      let value = change(&entry)
      if state.entries[name] == nil { state.sorted = nil }
      if let old = state.entries[name]?.key.domain, old != entry.key.domain { state.names[old] = nil }
      state.entries[name] = entry
      state.names[entry.key.domain] = name
      return value
    }
  }

  /// Changes an entry that is there.
  func change(_ name: String, _ change: (inout DirectoryEntry) -> Void) {
    state.withLock { state in
      guard var entry = state.entries[name] else { return }
      change(&entry)
      state.entries[name] = entry
    }
  }

  func remove(_ name: String) {
    state.withLock { state in
      guard let entry = state.entries.removeValue(forKey: name) else { return }
      if state.names[entry.key.domain] == name { state.names[entry.key.domain] = nil }
      state.sorted = nil
    }
  }

  /// All entries, by name.
  var all: [DirectoryEntry] {
    state.withLock { state in sorted(&state).compactMap { state.entries[$0] } }
  }

  /// The first entries after a name that `isWanted` lets through, and whether there are more.
  func page(
    after name: String?, limit: Int, _ isWanted: (DirectoryEntry) -> Bool
  ) -> (entries: [DirectoryEntry], hasMore: Bool) {
    state.withLock { state in
      var found: [DirectoryEntry] = []
      for candidate in sorted(&state) where name.map({ candidate > $0 }) ?? true {
        guard let entry = state.entries[candidate], isWanted(entry) else { continue }
        if found.count == limit { return (found, true) }
        found.append(entry)
      }
      return (found, false)
    }
  }

  var counts: (managed: Int, external: Int) {
    state.withLock { state in
      let managed = state.entries.values.count(where: \.isManaged)
      return (managed, state.entries.count - managed)
    }
  }

  private func sorted(_ state: inout State) -> [String] {
    if let known = state.sorted { return known }
    let names = state.entries.keys.sorted()
    state.sorted = names
    return names
  }
}
