import Foundation
import Libvirt
import TestSupport
import Testing
import Vocabulary

/// A domain without a guest on a host of a test's own, which is reached through a proxy, and directly to see what is.
struct ProxiedDomain: Sendable {
  let host: PrivateHost
  let proxy: RPCProxy
  let lasting: LastingConnection
  let direct: Connection
  let domain: ContractDomain
  let events: EventRecorder

  /// Defined and running while `body` runs; everything is taken down whatever happens.
  static func with<Value>(
    keepalive: Connection.Keepalive = .standard, pace: LastingConnection.Pace = .init(),
    connecting: @escaping @Sendable () async -> Void = {},
    _ body: (ProxiedDomain) async throws -> Value
  ) async throws -> Value {
    try await PrivateHost.with { host in
      try await RPCProxy.with(host) { proxy in
        let uri = proxy.uri
        let lasting = try await LastingConnection.open(pace: pace) { () async throws(LibvirtError) in
          await connecting()
          return try await Connection.open(uri: uri, readOnly: false, keepalive: keepalive)
        }
        let direct = try await Connection.open(uri: host.uri, readOnly: false)
        let domain = ContractDomain(machine: .q35, images: host.images, network: host.network, os: "")
        let proxied = ProxiedDomain(
          host: host, proxy: proxy, lasting: lasting, direct: direct, domain: domain, events: EventRecorder())
        let stream = try await lasting.events()
        let recording = Task { for await event in stream { await proxied.events.add(event) } }
        let result: Result<Value, any Error>
        do {
          try Data(count: 1 << 20).write(to: URL(filePath: domain.image("data")))
          _ = try await lasting.create(domain.definition)
          try await lasting.start(domain.uuid)
          result = .success(try await body(proxied))
        } catch {
          result = .failure(error)
        }
        await lasting.close()
        await direct.close()
        await recording.value
        return try result.get()
      }
    }
  }

  func attach() async throws(LibvirtError) {
    try await lasting.attach(domain.disk(slot: domain.slot(0)), to: domain.uuid, side: .live)
  }

  /// How often the disk is in the running domain, as a connection that was not touched sees it.
  func disks() async throws -> Int {
    let seen = try #require(try await direct.observe(.uuid(domain.uuid))?.live)
    return seen.shown.matches(of: /<alias name='ua-data'\/>/).count
  }
}
