import DomainXML
import Intent
import Planning
import Testing
import Vocabulary

/// Fields of a device that libvirt sets by a call of their own: throttles of a disk, bandwidth of a card.
@Suite struct DeviceCallTests {
  private func disk(_ form: String) throws -> IntentDocument {
    try Intents.document(
      [Intents.root, Intents.card("lan"), Intents.rng("entropy"), Intents.disk("data", "vdb", form: form)])
  }

  private func card(_ form: String) throws -> IntentDocument {
    var devices = Intents.base
    devices[1] = Intents.card("lan", "network: default" + form)
    return try Intents.document(devices)
  }

  private func calls(_ plan: Plan) -> [SettingCall?] {
    plan.steps.filter { $0.action == .set && $0.side == .live }.map(\.setting)
  }

  @Test func `a throttle is set on both sides by the disk's target, and null takes it away (R1)`() throws {
    var world = try World.standard()
    let limited = try disk("iotune: {totalBytesSec: 1000000, totalIopsSec: 100}")
    let plan = world.plan(limited)
    #expect(plan.summaries == ["set data live", "set data persistent"])
    #expect(
      calls(plan) == [
        .parameters(
          .diskIO, of: "vdb",
          [
            TypedParameter("total_bytes_sec", .unsignedLong, "1000000"),
            TypedParameter("total_iops_sec", .unsignedLong, "100"),
          ])
      ])
    try world.converge(limited)
    // No opinion: it stays.
    #expect(try world.plan(disk("")).summaries.isEmpty)
    let free = try disk("iotune: null")
    let freed = calls(world.plan(free))
    guard case .parameters(.diskIO, _, let parameters)? = freed.first ?? nil else {
      Issue.record("no call")
      return
    }
    #expect(Set(parameters.map(\.value)) == ["0"])
    try world.converge(free)
    #expect(try world.plan(disk("iotune: {totalBytesSec: null}")).summaries.isEmpty)
  }

  @Test func `of a card libvirt replaces a whole direction, so what it has goes with what changes`() throws {
    var world = try World.standard()
    try world.converge(try card(", bandwidth: {inboundAverage: 100, inboundPeak: 200, outboundAverage: 50}"))
    let plan = world.plan(try card(", bandwidth: {inboundAverage: 120}"))
    guard case .parameters(.bandwidth, let mac?, let parameters)? = calls(plan).first ?? nil else {
      Issue.record("no call: \(plan.summaries)")
      return
    }
    #expect(mac == world.device("lan")?.element.value(at: "mac/@address"))
    #expect(
      Set(parameters) == [
        TypedParameter("inbound.average", .unsigned, "120"), TypedParameter("inbound.peak", .unsigned, "200"),
        TypedParameter("outbound.average", .unsigned, "50"),
      ])
  }

  @Test func `what has a call of its own goes beside what an update changes`() throws {
    let world = try World.standard()
    let plan = world.plan(try card(", link: down, bandwidth: {inboundAverage: 120}"))
    #expect(plan.summaries == ["update lan live", "update lan persistent", "set lan live", "set lan persistent"])
    #expect(plan.step("update lan live")?.xml?.shown.contains("bandwidth") == false)
  }

  @Test func `R8: throttles that a foreign hand changed are put back`() throws {
    var world = try World.standard()
    let limited = try disk("iotune: {totalIopsSec: 100}")
    try world.converge(limited)
    try world.edit(.live) { $0.replacing("<total_iops_sec>100", with: "<total_iops_sec>900") }
    #expect(world.plan(limited).summaries == ["set data live"])
  }
}
