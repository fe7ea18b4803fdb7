internal import CLibvirt
internal import Glibc
package import Vocabulary

extension Connection {
  package func savedGuests(of domain: DomainUUID) async throws(LibvirtError) -> [SavedGuest] {
    try await call(on: domain) { (domain) throws(LibvirtError) in
      var guests: [SavedGuest] = []
      if try LibvirtError.number(virDomainHasManagedSaveImage(domain, 0), "virDomainHasManagedSaveImage") == 1 {
        let function = "virDomainManagedSaveGetXMLDesc"
        let text = try LibvirtError.check(virDomainManagedSaveGetXMLDesc(domain, 0), function)
        guests.append(SavedGuest(.managedSave, XMLText(taking: text)))
      }
      return guests + (try Connection.snapshots(of: domain))
    }
  }

  private static func snapshots(of domain: OpaquePointer) throws(LibvirtError) -> [SavedGuest] {
    var list: UnsafeMutablePointer<OpaquePointer?>?
    // Only a snapshot of a running domain has memory.
    let flags = VIR_DOMAIN_SNAPSHOT_LIST_ACTIVE.rawValue
    let count = virDomainListAllSnapshots(domain, &list, flags)
    if count < 0 { throw LibvirtError.last("virDomainListAllSnapshots") }
    let snapshots = UnsafeBufferPointer(start: list, count: Int(count)).compactMap { $0 }
    defer {
      for snapshot in snapshots { virDomainSnapshotFree(snapshot) }
      free(list)
    }
    var guests: [SavedGuest] = []
    for snapshot in snapshots {
      let name = try LibvirtError.check(virDomainSnapshotGetName(snapshot), "virDomainSnapshotGetName")
      let text = try LibvirtError.check(virDomainSnapshotGetXMLDesc(snapshot, 0), "virDomainSnapshotGetXMLDesc")
      guests.append(SavedGuest(.snapshot(String(cString: name)), XMLText(taking: text)))
    }
    return guests
  }
}
