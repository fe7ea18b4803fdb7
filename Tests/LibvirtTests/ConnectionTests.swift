import Foundation
import Libvirt
import TestSupport
import Testing
import Vocabulary

/// What needs no daemon: libvirt's own test driver, which lives in this process.
///
/// One at a time: connections that are open together share its domains and their events.
@Suite(.serialized) struct ConnectionTests {
  private func open(readOnly: Bool = false) async throws -> Connection {
    try await Connection.open(uri: "test:///default", readOnly: readOnly)
  }

  private func testDomain(_ connection: Connection) async throws -> Observation {
    try #require(try await connection.observe(.name("test")))
  }

  @Test func `what cannot be reached is an error with code, domain and function`() async {
    let error = await #expect(throws: LibvirtError.self) {
      _ = try await Connection.open(uri: "qemu+unix:///system?socket=/nowhere/libvirt-sock", readOnly: true)
    }
    #expect(error?.code == .systemError && error?.domain == .rpc)
    #expect(error?.function == "virConnectOpenReadOnly")
    #expect(error?.message.contains("/nowhere/libvirt-sock") == true)
    #expect(error?.meansConnectionLost == true)
  }

  @Test func `no URI is libvirt's own choice`() async throws {
    try await withEnvironment("LIBVIRT_DEFAULT_URI", "test:///default") {
      let connection = try await Connection.open(uri: nil, readOnly: true)
      #expect(try await connection.observe(.name("test")) != nil)
      await connection.close()
    }
  }

  @Test func `the test driver's domain is observed`() async throws {
    let connection = try await open()
    let domain = try await testDomain(connection)
    #expect(domain.state == .running && domain.isPersistent && domain.id == 1 && domain.stopReason == nil)
    #expect(domain.live?.shown.hasPrefix("<domain type='test' id='1'>") == true)
    #expect(domain.persistent?.shown.hasPrefix("<domain type='test'>") == true)
    #expect(try await connection.observe(.uuid(domain.uuid)) == domain)
    #expect(try await connection.observe(.name("nobody")) == nil)
    let list = try await connection.domains()
    #expect(list == [DomainSummary(uuid: domain.uuid, name: "test", state: .running, isPersistent: true)])
    await connection.close()
  }

  @Test func `an unknown domain is code 42 of the driver`() async throws {
    let connection = try await open()
    let error = await #expect(throws: LibvirtError.self) {
      try await connection.start(DomainUUID(high: 1, low: 2))
    }
    #expect(error?.code == .noDomain && error?.domain == .test && error?.function == "virDomainLookupByUUID")
    #expect(error?.meansNoSuchDomain == true && error?.meansConnectionLost == false)
    await connection.close()
  }

  @Test func `a read-only connection refuses to change anything`() async throws {
    let connection = try await open(readOnly: true)
    let domain = try await testDomain(connection)
    let error = await #expect(throws: LibvirtError.self) { try await connection.destroy(domain.uuid) }
    #expect(error?.code == .operationDenied && error?.function == "virDomainDestroy")
    await connection.close()
  }

  @Test func `lifecycle events come in order, and the end is told`() async throws {
    let connection = try await open()
    let domain = try await testDomain(connection)
    let stream = try await connection.events()
    let second = try await connection.events()
    try await connection.destroy(domain.uuid)
    try await connection.start(domain.uuid)
    var told: [HypervisorEvent] = []
    for await event in stream {
      told.append(event)
      if told.count == 2 { await connection.close() }
    }
    func event(_ lifecycle: Lifecycle) -> HypervisorEvent {
      .domain(DomainEvent(uuid: domain.uuid, name: "test", kind: .lifecycle(lifecycle)))
    }
    #expect(told == [event(.stoppedDestroyed), event(.startedBooted), .closed(.client)])
    #expect(await second.reduce(into: []) { $0.append($1) } == told)
  }

  @Test func `a closed connection refuses every call and closes again in peace`() async throws {
    let connection = try await open()
    await connection.close()
    await connection.close()
    let error = await #expect(throws: LibvirtError.self) { _ = try await connection.domains() }
    #expect(error?.code == .invalidConnection && error?.meansConnectionLost == true)
    await #expect(throws: LibvirtError.self) { _ = try await connection.events() }
  }

  @Test func `a dropped connection ends its streams`() async throws {
    var connection: Connection? = try await open()
    let stream = try #require(try await connection?.events())
    connection = nil
    #expect(await stream.reduce(into: []) { $0.append($1) } == [.closed(.client)])
  }

  @Test func `a document with a NUL byte does not reach libvirt`() async throws {
    let connection = try await open()
    let text = XMLText(Array("<domain type='test'>".utf8) + [0] + Array("</domain>".utf8))
    let error = await #expect(throws: LibvirtError.self) { _ = try await connection.create(text) }
    #expect(error?.code == .xmlDetail && error?.domain == LibvirtError.Domain.none)
    await connection.close()
  }

  @Test func `both documents are of one state, however often the domain starts and stops`() async throws {
    let connection = try await open()
    let domain = try await testDomain(connection).uuid
    let other = try await open()
    let flapping = Task {
      while !Task.isCancelled {
        try? await other.destroy(domain)
        try? await other.start(domain)
      }
    }
    for _ in 0..<1000 {
      let seen: Observation?
      do throws(LibvirtError) { seen = try await connection.observe(.uuid(domain)) } catch {
        // The test driver starts a domain faster than it can be read.
        #expect(error.code == .operationFailed && error.domain == LibvirtError.Domain.none)
        continue
      }
      let observation = try #require(seen)
      #expect(observation.state == (observation.live == nil ? .shutOff : .running))
      let id = observation.id.map { " id='\($0)'>" }
      #expect(observation.live?.shown.split(separator: "\n").first?.hasSuffix(id ?? "") ?? (id == nil))
      #expect(observation.persistent?.shown.hasPrefix("<domain type='test'>") == true)
    }
    flapping.cancel()
    await flapping.value
    try? await connection.start(domain)
    await connection.close()
    await other.close()
  }

  @Test func `a definition is told once`() async throws {
    let connection = try await open()
    let stream = try await connection.events()
    let uuid = try await connection.create(
      XMLText(
        """
        <domain type='test'><name>new</name><memory unit='KiB'>1024</memory><os><type>hvm</type></os></domain>
        """))
    let observation = try #require(try await connection.observe(.uuid(uuid)))
    #expect(observation.name == "new" && observation.state == .shutOff && observation.live == nil)
    try await connection.undefine(uuid, [])
    var told: [HypervisorEvent] = []
    for await event in stream {
      told.append(event)
      if told.count == 2 { await connection.close() }
    }
    #expect(
      told == [
        .domain(DomainEvent(uuid: uuid, name: "new", kind: .lifecycle(.definedAdded))),
        .domain(DomainEvent(uuid: uuid, name: "new", kind: .lifecycle(.undefinedRemoved))), .closed(.client),
      ])
  }

  @Test func `what libvirt says, it does not say on stderr`() async throws {
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      _ = try? await Connection.open(uri: "qemu+unix:///system?socket=/nowhere/libvirt-sock", readOnly: true)
    }
    #expect(String(decoding: result?.standardErrorContent ?? [], as: UTF8.self).contains("libvirt") == false)
  }

  private func withEnvironment(_ name: String, _ value: String, _ body: () async throws -> Void) async throws {
    let old = ProcessInfo.processInfo.environment[name]
    setenv(name, value, 1)
    defer { if let old { setenv(name, old, 1) } else { unsetenv(name) } }
    try await body()
  }
}
