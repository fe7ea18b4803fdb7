import Foundation
import NIOCore
import NIOPosix
import Server
import Synchronization
import Testing

@Suite("Peers of the Unix socket")
struct AccessPeerTests {
  @Test("a peer is known by the kernel's word: process, user and group (E6)")
  func credentials() async throws {
    let folder = try TemporaryFolder()
    let (peers, finding) = AsyncStream.makeStream(of: PeerCredentials?.self)
    let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        Task { finding.yield(await PeerCredentials.of(channel)) }
        return channel.eventLoop.makeSucceededVoidFuture()
      }.bind(unixDomainSocketPath: folder.file("s")).get()
    let client = try RawConnection(folder.file("s"))
    var iterator = peers.makeAsyncIterator()
    let found = await iterator.next()
    let peer = try #require(found ?? nil)
    #expect(peer == PeerCredentials(pid: getpid(), uid: getuid(), gid: getgid()))
    withExtendedLifetime(client) {}
    try await server.close().get()
  }

  @Test("a TCP connection has no peer of the host (E6)")
  func notLocal() async throws {
    let (peers, finding) = AsyncStream.makeStream(of: PeerCredentials?.self)
    let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        Task { finding.yield(await PeerCredentials.of(channel)) }
        return channel.eventLoop.makeSucceededVoidFuture()
      }.bind(host: "127.0.0.1", port: 0).get()
    let address = try #require(server.localAddress)
    let client = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(to: address).get()
    var iterator = peers.makeAsyncIterator()
    let found = await iterator.next()
    #expect(found == .some(nil))
    try await client.close().get()
    try await server.close().get()
  }

  @Test("the first rule of the peer decides, and who has none is nobody (E6)")
  func rules() throws {
    let table = PeerTable(
      [
        PeerRule(.user(7), scopes: [.read], selector: DomainSelector(names: ["web-*"])),
        PeerRule(.group(50), scopes: [.read, .reconcile]), PeerRule(.user(8), scopes: Set(Scope.allCases)),
      ], groups: UserGroups(lookUp: { _, gid in [gid, 50] }))
    let first = try #require(table.principal(of: PeerCredentials(pid: 1, uid: 7, gid: 1)))
    #expect(first == Principal(name: "uid:7", scopes: [.read], selector: DomainSelector(names: ["web-*"])))
    let second = try #require(table.principal(of: PeerCredentials(pid: 1, uid: 8, gid: 1)))
    #expect(second.scopes == [.read, .reconcile], "the group's rule is above the user's")
    let alone = PeerTable([PeerRule(.group(50), scopes: [.read])], groups: UserGroups(lookUp: { _, gid in [gid] }))
    #expect(alone.principal(of: PeerCredentials(pid: 1, uid: 7, gid: 1)) == nil)
    #expect(alone.principal(of: PeerCredentials(pid: 1, uid: 7, gid: 50)) != nil, "the process's own group counts")
  }

  @Test("groups are asked for again after a while, and at once after a reload (E6)")
  func memory() {
    let state = Mutex<(time: Duration, groups: Set<UInt32>)>((.zero, [50]))
    let groups = UserGroups(now: { state.withLock { $0.time } }) { _, _ in state.withLock { $0.groups } }
    let table = PeerTable([PeerRule(.group(50), scopes: [.read])], groups: groups)
    let peer = PeerCredentials(pid: 1, uid: 7, gid: 1)
    #expect(table.principal(of: peer) != nil)
    state.withLock { $0.groups = [] }
    #expect(table.principal(of: peer) != nil)
    state.withLock { $0.time += UserGroups.memory }
    #expect(table.principal(of: peer) == nil)
    state.withLock { $0.groups = [50] }
    table.replace(with: [PeerRule(.group(50), scopes: [.admin])])
    #expect(table.principal(of: peer)?.scopes == [.admin])
  }

  @Test("the user database has root in root's group (E6)")
  func database() {
    #expect(UserGroups.database(0, 0).contains(0))
    #expect(UserGroups.database(4_000_000_000, 17) == [17], "a user of no database has his process's group")
  }
}
