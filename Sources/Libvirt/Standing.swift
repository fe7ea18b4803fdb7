internal import CLibvirt
internal import Vocabulary

/// What there is to know of a domain beside its documents. Read after them, it shows whether they still hold.
struct Standing: Sendable {
  let state: DomainState
  let stopReason: StopReason?
  let isPersistent: Bool
  /// libvirt removes the saved image as it starts from it: a running domain has none.
  let hasManagedSave: Bool

  /// Two or three round trips of about 0.1 ms, as much as a document of 3 KB costs.
  init(_ domain: borrowing DomainHandle) throws(LibvirtError) {
    isPersistent = try domain.isPersistent()
    hasManagedSave = domain.id == nil ? try domain.hasManagedSave() : false
    (state, stopReason) = try domain.state()
  }

  fileprivate init(state: DomainState, reason: CInt, isPersistent: Bool, hasManagedSave: Bool) {
    self.state = state
    stopReason = state == .shutOff ? StopReason(reason) : nil
    self.isPersistent = isPersistent
    self.hasManagedSave = hasManagedSave && state == .shutOff
  }
}

/// How all domains stand, in two round trips for any number of them, three with details.
struct Roster: Sendable {
  struct Entry: Sendable {
    let uuid: DomainUUID
    let name: String
    let standing: Standing
  }

  let entries: [Entry]

  /// Without details, nothing is said of saved images.
  init(_ connection: OpaquePointer, withDetails: Bool) throws(LibvirtError) {
    let transient = try AllDomains.uuids(connection, VIR_CONNECT_LIST_DOMAINS_TRANSIENT)
    let saved = withDetails ? try AllDomains.uuids(connection, VIR_CONNECT_LIST_DOMAINS_MANAGEDSAVE) : []
    var records: UnsafeMutablePointer<virDomainStatsRecordPtr?>?
    // The one question that is answered for all at once; without it, the state would be a round trip for each.
    let count = try LibvirtError.number(
      virConnectGetAllDomainStats(connection, VIR_DOMAIN_STATS_STATE.rawValue, &records, 0),
      "virConnectGetAllDomainStats")
    defer { virDomainStatsRecordListFree(records) }
    entries = UnsafeBufferPointer(start: records, count: count).compactMap { record in
      guard let record, let domain = record.pointee.dom, let uuid = DomainUUID(of: domain),
        let name = virDomainGetName(domain)
      else { return nil }
      var state: CInt = 0
      var reason: CInt = 0
      virTypedParamsGetInt(record.pointee.params, record.pointee.nparams, "state.state", &state)
      virTypedParamsGetInt(record.pointee.params, record.pointee.nparams, "state.reason", &reason)
      let standing = Standing(
        state: DomainState(state), reason: reason, isPersistent: !transient.contains(uuid),
        hasManagedSave: saved.contains(uuid))
      return Entry(uuid: uuid, name: String(cString: name), standing: standing)
    }
  }
}
