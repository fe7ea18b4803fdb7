internal import CLibvirt
internal import Vocabulary

/// libvirt's callbacks. They run on the event loop's thread, so each copies its values out, sends them on and returns.
///
/// Every subscription holds one reference to the fan-out, which libvirt gives back through `release`; where libvirt
/// refuses a subscription, it does not.
enum EventCallbacks {
  /// Subscribes to the events of all domains. All or none; returns the subscriptions' ids.
  static func register(on connection: OpaquePointer, _ events: EventFanout) throws(LibvirtError) -> [CInt] {
    var ids: [CInt] = []
    for door in doors {
      let box = Unmanaged.passRetained(events)
      let id = door(connection, box.toOpaque())
      guard id >= 0 else {
        let error = LibvirtError.last("virConnectDomainEventRegisterAny")
        box.release()
        for id in ids { virConnectDomainEventDeregisterAny(connection, id) }
        throw error
      }
      ids.append(id)
    }
    return ids
  }

  /// Returns whether there is something to unregister: drivers inside this process cannot lose their daemon.
  static func registerClose(on connection: OpaquePointer, _ events: EventFanout) throws(LibvirtError) -> Bool {
    let box = Unmanaged.passRetained(events)
    let result = virConnectRegisterCloseCallback(connection, closed, box.toOpaque(), release)
    if result == 0 { return true }
    let error = LibvirtError.last("virConnectRegisterCloseCallback")
    box.release()
    guard error.code == .noSupport else { throw error }
    return false
  }

  static func unregisterClose(on connection: OpaquePointer) {
    virConnectUnregisterCloseCallback(connection, closed)
  }

  private static let release: virFreeCallback = { opaque in
    guard let opaque else { return }
    Unmanaged<EventFanout>.fromOpaque(opaque).release()
  }

  private static let closed: virConnectCloseFunc = { _, reason, opaque in
    guard let opaque else { return }
    Unmanaged<EventFanout>.fromOpaque(opaque).takeUnretainedValue().finish(CloseReason(reason))
  }

  private typealias Door = @Sendable (OpaquePointer, UnsafeMutableRawPointer) -> CInt

  private static let doors: [Door] = [
    { connection, opaque in
      vmctl_on_lifecycle(
        connection,
        { _, domain, event, detail, opaque in
          send(.lifecycle(Lifecycle(.init(rawValue: event), detail: detail)), of: domain, to: opaque)
          return 0
        }, opaque, release)
    },
    { connection, opaque in
      vmctl_on_reboot(connection, { _, domain, opaque in send(.reboot, of: domain, to: opaque) }, opaque, release)
    },
    { connection, opaque in
      vmctl_on_device_added(
        connection,
        { _, domain, alias, opaque in send(.deviceAdded(alias: text(alias)), of: domain, to: opaque) }, opaque,
        release)
    },
    { connection, opaque in
      vmctl_on_device_removed(
        connection,
        { _, domain, alias, opaque in send(.deviceRemoved(alias: text(alias)), of: domain, to: opaque) }, opaque,
        release)
    },
    { connection, opaque in
      vmctl_on_removal_failed(
        connection,
        { _, domain, alias, opaque in send(.removalFailed(alias: text(alias)), of: domain, to: opaque) }, opaque,
        release)
    },
    { connection, opaque in
      vmctl_on_metadata_change(
        connection,
        { _, domain, type, uri, opaque in
          let kind = DomainEvent.Kind.metadataChange(
            type: DomainEvent.MetadataType(type), uri: uri.map { String(cString: $0) })
          send(kind, of: domain, to: opaque)
        }, opaque, release)
    },
    { connection, opaque in
      vmctl_on_tunable(
        connection,
        { _, domain, parameters, count, opaque in
          send(.tunable(names: names(of: parameters, count)), of: domain, to: opaque)
        }, opaque, release)
    },
    { connection, opaque in
      vmctl_on_balloon_change(
        connection,
        { _, domain, actual, opaque in send(.balloonChange(actual: actual), of: domain, to: opaque) }, opaque,
        release)
    },
    { connection, opaque in
      vmctl_on_tray_change(
        connection,
        { _, domain, alias, reason, opaque in
          send(.trayChange(alias: text(alias), DomainEvent.TrayChange(reason)), of: domain, to: opaque)
        }, opaque, release)
    },
    { connection, opaque in
      vmctl_on_block_job(
        connection,
        { _, domain, disk, type, status, opaque in
          send(.blockJob(disk: text(disk), type: type, status: status), of: domain, to: opaque)
        }, opaque, release)
    },
  ]

  private static func send(_ kind: DomainEvent.Kind, of domain: OpaquePointer?, to opaque: UnsafeMutableRawPointer?) {
    guard let domain, let opaque else { return }
    let events = Unmanaged<EventFanout>.fromOpaque(opaque).takeUnretainedValue()
    guard let uuid = DomainUUID(of: domain), let name = virDomainGetName(domain) else {
      // Something happened to a domain that we cannot name: that is a reason to look at all of them.
      events.send(.resync)
      return
    }
    events.send(.domain(DomainEvent(uuid: uuid, name: String(cString: name), kind: kind)))
  }

  private static func text(_ text: UnsafePointer<CChar>?) -> String {
    text.map { String(cString: $0) } ?? ""
  }

  private static func names(of parameters: virTypedParameterPtr?, _ count: CInt) -> [String] {
    UnsafeBufferPointer(start: parameters, count: max(0, Int(count))).map { parameter in
      withUnsafeBytes(of: parameter.field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
  }
}

extension CloseReason {
  fileprivate init(_ reason: CInt) {
    switch virConnectCloseReason(rawValue: UInt32(bitPattern: reason)) {
    case VIR_CONNECT_CLOSE_REASON_ERROR: self = .error
    case VIR_CONNECT_CLOSE_REASON_EOF: self = .endOfFile
    case VIR_CONNECT_CLOSE_REASON_KEEPALIVE: self = .keepalive
    case VIR_CONNECT_CLOSE_REASON_CLIENT: self = .client
    default: self = .other(reason)
    }
  }
}

extension DomainEvent.MetadataType {
  fileprivate init(_ type: CInt) {
    switch virDomainMetadataType(rawValue: UInt32(bitPattern: type)) {
    case VIR_DOMAIN_METADATA_DESCRIPTION: self = .description
    case VIR_DOMAIN_METADATA_TITLE: self = .title
    case VIR_DOMAIN_METADATA_ELEMENT: self = .element
    default: self = .other(type)
    }
  }
}

extension DomainEvent.TrayChange {
  fileprivate init(_ reason: CInt) {
    switch virDomainEventTrayChangeReason(rawValue: UInt32(bitPattern: reason)) {
    case VIR_DOMAIN_EVENT_TRAY_CHANGE_OPEN: self = .opened
    case VIR_DOMAIN_EVENT_TRAY_CHANGE_CLOSE: self = .closed
    default: self = .other(reason)
    }
  }
}
