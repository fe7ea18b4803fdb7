package import Vocabulary

/// Why the store did not do what was asked. Every one names the store's path and a way out.
package struct StoreError: Error, Sendable, Equatable, CustomStringConvertible {
  package let kind: Kind
  package let path: String
  /// What SQLite or the system said, word for word.
  package let underlying: String?
  /// Set where a call had been made and what came of it could not be written down: the next pass finds out by reading.
  package var lostOutcome = false

  package init(_ kind: Kind, path: String, underlying: String? = nil) {
    self.kind = kind
    self.path = path
    self.underlying = underlying
  }

  package enum Kind: Sendable, Equatable {
    /// Another process holds the store's lock (exit 13). The holder is `nil` where it had not written its name yet.
    case held(by: StoreLock.Holder?)
    /// Another process has written although this one holds the lock: the lock file was deleted, or the folder copied.
    case fenced
    /// A row or a page is not what was written. `key` names the row as far as it can be told.
    case corrupt(table: String, key: String)
    /// The store was written by a newer vmctl.
    case newerSchema(found: Int, known: Int)
    /// The store is of an older vmctl, and a looking command does not migrate.
    case olderSchema(found: Int, known: Int)
    case diskFull
    case readOnly
    case denied
    /// SQLite waited 5 s for another connection.
    case busy
    case notAStore
    /// There is a file already where a new one is to be.
    case taken
    /// There is no domain of this key in the store.
    case noSuchDomain(DomainKey)
    /// There is no such operation or step in the store.
    case noSuchStep(operation: Int64, number: Int?)
    /// No default path can be told: neither XDG_STATE_HOME nor HOME is set.
    case noLocation
    case io
  }

  /// What is wrong, without the path.
  package var message: String {
    lostOutcome ? reason + ", so what came of a call that was made is not recorded" : reason
  }

  private var reason: String {
    switch kind {
    case .held(let holder):
      "the store is in use by " + (holder.map { "'\($0.command)' (pid \($0.pid))" } ?? "another process")
    case .fenced: "another process has written to the store although this one holds its lock"
    case .corrupt(let table, let key): "the store is damaged: table \(table)" + (key.isEmpty ? "" : ", row \(key)")
    case .newerSchema(let found, let known):
      "the store has schema \(found); this vmctl knows schemas up to \(known)"
    case .olderSchema(let found, let known): "the store has schema \(found) and has to be brought to \(known) first"
    case .diskFull: "no space left for the store"
    case .readOnly: "the store cannot be written"
    case .denied: "no permission to open the store"
    case .busy: "the store stayed locked for 5 s"
    case .notAStore: "the file is not a store of vmctl"
    case .taken: "there is a file already"
    case .noSuchDomain(let key): "no domain \(key.domain) of host \(key.host) in the store"
    case .noSuchStep(let operation, let number):
      "no " + (number.map { "step \($0) of " } ?? "") + "operation \(operation) in the store"
    case .noLocation: "no place for the store: neither XDG_STATE_HOME nor HOME is set"
    case .io: "the store could not be read or written"
    }
  }

  /// What to do about it.
  package var wayOut: String {
    lostOutcome ? remedy + ", then run the command again: it finds out by reading" : remedy
  }

  private var remedy: String {
    switch kind {
    case .held: "wait until it is done, or stop it"
    case .fenced: "stop every vmctl and vmctld of this store, then run one of them again"
    case .corrupt(let table, _): StoreError.remedy(ofDamaged: table)
    case .newerSchema: "use the vmctl that wrote it or a newer one"
    case .olderSchema: "run 'vmctl reconcile' once: commands that change things bring the store up to date"
    case .diskFull: "make room on the file system of \(path): vmctl changes nothing that it cannot write down"
    case .readOnly: "make the file and its folder writable, or name another with --store"
    case .denied: "run as the store's owner, or name another with --store"
    case .busy: "see which process has the file open ('fuser \(path)')"
    case .notAStore: "name the store with --store or VMCTL_STORE"
    case .taken: "name another file, or say --force"
    case .noSuchDomain: "adopt the domain or give it an intent first"
    case .noSuchStep: "see 'vmctl history'"
    case .noLocation: "set HOME, or name the store with --store"
    case .io: "look at the file system and its log"
    }
  }

  private static func remedy(ofDamaged table: String) -> String {
    switch table {
    case "intents":
      "give the document again ('vmctl reconcile -f FILE'), or an older one "
        + "('vmctl show DOMAIN --document --generation N'); nothing is done to the domain until then"
    case "revisions", "ledger", "applied", "unplugs", "conditions", "domains":
      "'vmctl reconcile DOMAIN' puts it right from what libvirt says"
    case "operations", "steps": "'vmctl store repair' sets it aside; it only says what was done once"
    case "blobs": "see whose it is: the row that names it is told with it by 'vmctl store check'"
    default:
      "put a backup back ('vmctl store restore FILE'), or move the file (with -wal and -shm) away and run "
        + "'vmctl reconcile -f': the store is rebuilt from libvirt, intents come back from their documents"
    }
  }

  package var description: String {
    "\(message) (\(path)); \(wayOut)" + (underlying.map { ": \($0)" } ?? "")
  }
}
