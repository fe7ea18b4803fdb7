internal import CLibvirt
internal import Glibc
internal import Vocabulary

// The dictionary never changes, and libvirt allows any thread to use a virDomainPtr.
/// A handle of every domain, for one operation that is made in several hops. Looking up each by itself would cost as
/// much again as a document does.
final class AllDomains: @unchecked Sendable {
  private let handles: [DomainUUID: OpaquePointer]

  init(_ connection: OpaquePointer) throws(LibvirtError) {
    let domains = try AllDomains.list(connection)
    var handles: [DomainUUID: OpaquePointer] = [:]
    for domain in domains {
      if let uuid = DomainUUID(of: domain), handles[uuid] == nil {
        handles[uuid] = domain
      } else {
        virDomainFree(domain)
      }
    }
    self.handles = handles
  }

  deinit {
    for handle in handles.values { virDomainFree(handle) }
  }

  /// The UUIDs of those domains that `filter` lets through.
  static func uuids(
    _ connection: OpaquePointer, _ filter: virConnectListAllDomainsFlags
  ) throws(LibvirtError) -> Set<DomainUUID> {
    let domains = try list(connection, filter.rawValue)
    defer { for domain in domains { virDomainFree(domain) } }
    return Set(domains.compactMap { DomainUUID(of: $0) })
  }

  /// Handles that the caller frees.
  private static func list(_ connection: OpaquePointer, _ flags: UInt32 = 0) throws(LibvirtError) -> [OpaquePointer] {
    var list: UnsafeMutablePointer<OpaquePointer?>?
    let count = try LibvirtError.number(
      virConnectListAllDomains(connection, &list, flags), "virConnectListAllDomains")
    defer { free(list) }
    return UnsafeBufferPointer(start: list, count: count).compactMap { $0 }
  }

  /// Reads documents; a domain that is not there has none.
  func readings(of domains: ArraySlice<DomainUUID>) throws(LibvirtError) -> [DomainUUID: DomainReading] {
    var readings: [DomainUUID: DomainReading] = [:]
    for domain in domains {
      guard let handle = handles[domain] else { continue }
      do throws(LibvirtError) {
        readings[domain] = try DomainReading(DomainHandle(sharing: handle))
      } catch {
        guard error.meansNoSuchDomain else { throw error }
      }
    }
    return readings
  }
}
