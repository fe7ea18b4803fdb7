import DomainXML
import Intent
import Planning
import Testing
import Vocabulary

/// `applyAt: guestReboot` (T27): the guest's own reboot applies what waits for the next boot.
@Suite struct RebootTests {
  private static func document(_ mtu: Int?, _ more: String = "applyAt: guestReboot") throws -> IntentDocument {
    var devices = Intents.base
    devices[1] = Intents.card("lan", "network: default" + (mtu.map { ", mtu: \($0)" } ?? ""))
    return try Intents.document(devices, more)
  }

  @Test func `the running domain is armed while something waits, and disarmed when nothing does`() throws {
    var world = try World.standard()
    #expect(try world.plan(Self.document(nil)).summaries.isEmpty)
    let document = try Self.document(9000)
    let plan = world.plan(document)
    #expect(plan.summaries == ["update lan persistent", "set lifecycle.reboot live"])
    #expect(plan.step("set lifecycle.reboot live")?.setting == .lifecycle(.reboot, "destroy"))
    try world.converge(document)
    #expect(world.managed.isArmed)
    #expect(world.live?.root.value(at: "on_reboot") == "destroy")
    #expect(world.persistent?.root.value(at: "on_reboot") == "restart")
    // What is stated of the action stays for the definition.
    let stated = try Self.document(9000, "applyAt: guestReboot\nlifecycle: {reboot: restart}")
    #expect(world.plan(stated).summaries.isEmpty)
    // The wish is taken back.
    let back = try Self.document(nil, "applyAt: nextStart\npower: running")
    #expect(world.plan(back).summaries.contains("set lifecycle.reboot live"))
  }

  @Test(arguments: ["running", "unmanaged"])
  func `the guest's reboot stops the domain, and it is started with what waited`(_ power: String) throws {
    var world = try World.standard()
    let document = try Self.document(9000, "applyAt: guestReboot\npower: \(power)")
    try world.converge(document)
    world.live = nil
    let plan = world.plan(document) {
      $0.startedByUs = true
      $0.stopReason = .shutdown
    }
    #expect(plan.summaries == ["start power"])
    try world.apply(plan)
    let after = world.plan(document)
    #expect(after.nextBoot.isEmpty && after.summaries.isEmpty)
    try world.apply(after)
    #expect(!world.managed.isArmed)
    #expect(world.live?.root.value(at: "on_reboot") == "restart")
  }
}
