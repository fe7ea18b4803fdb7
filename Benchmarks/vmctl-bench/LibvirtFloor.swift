import CLibvirt
import Foundation

/// libvirt by itself, on one connection: what every row with a host in it is held against.
final class LibvirtFloor {
  private let connection: OpaquePointer
  private var domains: [OpaquePointer] = []

  init(_ uri: String) throws {
    guard let connection = virConnectOpen(uri) else { throw BenchmarkFault("no libvirt at \(uri)") }
    self.connection = connection
  }

  deinit {
    for domain in domains { virDomainFree(domain) }
    virConnectClose(connection)
  }

  /// All domains of the host, or those named; looked up once, since their number is what counts.
  func find(_ names: [String]? = nil) throws -> Int {
    if let names {
      for name in names {
        guard let domain = virDomainLookupByName(connection, name) else { throw BenchmarkFault("no domain \(name)") }
        domains.append(domain)
      }
      return domains.count
    }
    var list: UnsafeMutablePointer<virDomainPtr?>?
    let count = virConnectListAllDomains(connection, &list, 0)
    guard count >= 0, let list else { throw BenchmarkFault("libvirt does not list its domains") }
    domains = (0..<Int(count)).compactMap { list[$0] }
    free(list)
    return domains.count
  }

  /// Both documents of every domain.
  /// - Returns: their bytes.
  func readAll() throws -> Int {
    var bytes = 0
    for domain in domains {
      for flags in [0, VIR_DOMAIN_XML_INACTIVE.rawValue] { bytes += try read(domain, flags) }
    }
    return bytes
  }

  private func read(_ domain: OpaquePointer, _ flags: UInt32) throws -> Int {
    guard let text = virDomainGetXMLDesc(domain, flags) else { throw BenchmarkFault("virDomainGetXMLDesc failed") }
    defer { free(text) }
    return strlen(text)
  }

  /// The same device on both sides of the first domain, and a look at both after that.
  func attach(_ xml: String) throws {
    for side in [VIR_DOMAIN_AFFECT_LIVE, VIR_DOMAIN_AFFECT_CONFIG] {
      guard virDomainAttachDeviceFlags(domains[0], xml, side.rawValue) == 0 else {
        throw BenchmarkFault("virDomainAttachDeviceFlags failed")
      }
    }
    _ = try readAll()
  }
}

/// `vmctl-bench xmls URI`: how long libvirt takes to return both documents of all its domains.
enum XMLBenchmark {
  static func run(_ uri: String) throws {
    let floor = try LibvirtFloor(uri)
    let count = try floor.find()
    var bytes = 0
    let time = try ContinuousClock().measure { bytes = try floor.readAll() }
    print("{\"bytes\":\(bytes),\"domains\":\(count),\"seconds\":\(rounded(time.microseconds / 1e6))}")
  }
}
