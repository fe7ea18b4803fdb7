package import Vocabulary

/// What a connection says without being asked.
package enum HypervisorEvent: Sendable, Hashable {
  case domain(DomainEvent)
  /// The connection is gone; no more events will come and every call will fail.
  case closed(CloseReason)
  /// Events were lost: look at everything.
  case resync
}

package enum CloseReason: Sendable, Hashable {
  case error
  /// The daemon went away.
  case endOfFile
  /// The daemon did not answer in time.
  case keepalive
  /// This side closed it.
  case client
  case other(Int32)
}

/// Something that happened to one domain.
package struct DomainEvent: Sendable, Hashable {
  package let uuid: DomainUUID
  package let name: String
  package let kind: Kind

  package init(uuid: DomainUUID, name: String, kind: Kind) {
    self.uuid = uuid
    self.name = name
    self.kind = kind
  }

  package enum Kind: Sendable, Hashable {
    case lifecycle(Lifecycle)
    /// A hot-added memory device is reported by its backend's id, `mem` and its alias (libvirt 9.0 and 11.3).
    case deviceAdded(alias: String)
    case deviceRemoved(alias: String)
    case removalFailed(alias: String)
    /// Also on a reset. A pending unplug completes with it.
    case reboot
    /// `uri` is the namespace, with `type` `element` only.
    case metadataChange(type: MetadataType, uri: String?)
    /// Names of the live tuning settings that changed (`cputune.…`, `blkdeviotune.…`).
    case tunable(names: [String])
    /// What the guest has now, in KiB.
    case balloonChange(actual: UInt64)
    case trayChange(alias: String, TrayChange)
    /// `disk` is the target (`vda`).
    case blockJob(disk: String, type: Int32, status: Int32)
  }

  package enum MetadataType: Sendable, Hashable {
    case description
    case title
    case element
    case other(Int32)
  }

  package enum TrayChange: Sendable, Hashable {
    case opened
    case closed
    case other(Int32)
  }
}
