import Libvirt
import TestSupport
import Testing
import Vocabulary

@Suite struct CountingHypervisorTests {
  @Test func `every call is counted under its name, and those that change something apart`() async throws {
    let counting = CountingHypervisor(FakeHypervisor())
    let text = XMLText("<x/>")
    let uuid = DomainUUID(high: 1, low: 1)
    // Each fails at the fake, which counts all the same.
    _ = try? await counting.host()
    _ = try? await counting.capabilities()
    _ = try? await counting.domainCapabilities(DomainCapabilitiesQuery())
    _ = try? await counting.networks()
    _ = try? await counting.baseline(text, DomainCapabilitiesQuery(), expanded: false)
    _ = try? await counting.savedGuests(of: uuid)
    _ = try? await counting.domains()
    _ = try? await counting.observe(.uuid(uuid))
    _ = try? await counting.observe([uuid])
    _ = try? await counting.metadata(uri: "u", of: uuid, side: .live)
    _ = try? await counting.job(of: uuid)
    _ = try? await counting.control(of: uuid)
    _ = try? await counting.nativeCommandLine(for: text)
    _ = try? await counting.events()
    #expect(counting.mutatingCalls == 0)
    _ = try? await counting.create(text)
    try? await counting.start(uuid)
    try? await counting.shutdown(uuid)
    try? await counting.destroy(uuid)
    try? await counting.undefine(uuid, [])
    try? await counting.attach(text, to: uuid, side: .live)
    try? await counting.detach(text, from: uuid, side: .live)
    try? await counting.detach(alias: "ua-a", from: uuid, side: .live)
    try? await counting.update(text, of: uuid, side: .live, force: false)
    try? await counting.setMetadata(nil, prefix: "p", uri: "u", of: uuid, side: .live)
    try? await counting.set(.vcpus(1), of: uuid, side: .live)
    _ = try? await counting.autostart(of: uuid)
    _ = try? await counting.capacity(ofDisk: "vda", of: uuid)
    try? await counting.resize(disk: "vda", of: uuid, to: 1)
    try? await counting.updateSecurely(uuid, side: .live) { _ in nil }
    #expect(counting.mutatingCalls == 13)
    await counting.close()
    let all = CountingHypervisor.Call.allCases.map { ($0.rawValue, 1) }
    #expect(counting.counts == Dictionary(uniqueKeysWithValues: all))
    counting.reset()
    #expect(counting.counts.isEmpty && counting.mutatingCalls == 0)
  }
}
