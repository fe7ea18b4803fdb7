import DomainXML
import Intent
import Planning
import Testing
import Vocabulary

/// What libvirt sets by calls of their own: virtual CPUs, memory, tuning, texts.
@Suite struct SettingTests {
  private func spec(_ text: String) throws -> IntentDocument { try Intents.document(nil, text) }

  private func settings(_ plan: Plan) -> [String] { plan.summaries.filter { $0.hasPrefix("set ") } }

  @Test func `what is as stated is no step`() throws {
    let world = try World.standard()
    let plan = world.plan(try spec("memory: 1 GiB\nvcpus: 4\nlifecycle: {reboot: restart, crash: destroy}"))
    #expect(settings(plan).isEmpty && plan.refused.isEmpty && plan.waiting.isEmpty)
  }

  @Test func `R18: the balloon's target is set on each side, and the guest has to do it`() throws {
    var world = try World.standard()
    let document = try spec("memory: 512 MiB")
    let plan = world.plan(document)
    #expect(settings(plan) == ["set memory persistent", "set memory live"])
    #expect(plan.steps.filter { $0.action == .set }.map(\.effect) == [.live, .guest])
    #expect(plan.step("set memory live")?.setting == .memory(524_288))
    try world.converge(document)
    #expect(settings(world.plan(document)).isEmpty)
  }

  @Test func `R18: memory devices are no part of the balloon's memory (T11)`() throws {
    var world = try World.standard()
    for side in Side.allCases {
      try world.edit(side) { $0.replacing("unit='KiB'>1048576", with: "unit='KiB'>1572864") }
      try world.add("<memory model='dimm'><target><size unit='KiB'>524288</size><node>0</node></target></memory>", side)
    }
    #expect(settings(world.plan(try spec("memory: 1 GiB"))).isEmpty)
    let plan = world.plan(try spec("memory: 512 MiB"))
    #expect(plan.step("set memory live")?.setting == .memory(1_048_576))
  }

  @Test func `R18: of virtio-mem counts what is plugged, and libvirt's own call leaves it out`() throws {
    var world = try World.standard()
    let device = "<memory model='virtio-mem'><target><size unit='KiB'>524288</size><node>0</node>"
    let size = "<block unit='KiB'>2048</block><requested unit='KiB'>262144</requested>"
    try world.add("\(device)\(size)<current unit='KiB'>262144</current></target></memory>", .live)
    try world.add("\(device)\(size)</target></memory>", .persistent)
    try world.edit(.live) {
      $0.replacing("<memory unit='KiB'>1048576", with: "<memory unit='KiB'>1572864")
        .replacing("<currentMemory unit='KiB'>1048576", with: "<currentMemory unit='KiB'>1310720")
    }
    try world.edit(.persistent) { $0.replacing("unit='KiB'>1048576", with: "unit='KiB'>1572864") }
    #expect(settings(world.plan(try spec("memory: 1 GiB"))).isEmpty)
    #expect(world.plan(try spec("memory: 768 MiB")).step("set memory live")?.setting == .memory(786_432))
  }

  @Test func `more than the domain was made for is refused, and nothing else is done`() throws {
    let world = try World.standard()
    let plan = world.plan(try spec("memory: 2 GiB\nvcpus: 8\ntitle: new"))
    #expect(plan.codes == ["setting", "setting"])
    #expect(plan.refused.map(\.found) == ["4", "1048576"])
    #expect(plan.refused.allSatisfy { $0.wouldTake == "a new domain" })
    #expect(settings(plan).isEmpty)
  }

  @Test func `R19: virtual CPUs of the boot stay until the next one`() throws {
    let world = try World.standard()
    let plan = world.plan(try spec("vcpus: 2"))
    #expect(settings(plan) == ["set vcpus persistent"])
    #expect(plan.nextBoot.map(\.atNextBoot) == ["2"])
    #expect(plan.nextBoot.first?.reason.hasPrefix("4 of them were there") ?? false)
  }

  @Test func `R19: plugged ones need the guest to go, and come at once`() throws {
    var world = try World.standard()
    let list =
      "<vcpus><vcpu id='0' enabled='yes' hotpluggable='no'/><vcpu id='1' enabled='yes' hotpluggable='yes'/>"
      + "<vcpu id='2' enabled='yes' hotpluggable='yes'/><vcpu id='3' enabled='no' hotpluggable='yes'/></vcpus>"
    try world.edit(.live) {
      $0.replacing("<vcpu placement='static'>4</vcpu>", with: "<vcpu placement='static' current='3'>4</vcpu>" + list)
    }
    let fewer = world.plan(try spec("vcpus: 2"))
    #expect(fewer.step("set vcpus live")?.effect == .guest)
    #expect(world.plan(try spec("vcpus: 4")).step("set vcpus live")?.effect == .live)
  }

  @Test func `a change that the guest was asked for is not asked for again, and said`() throws {
    let world = try World.standard()
    let plan = world.plan(try spec("memory: 512 MiB")) {
      $0.pendingRequests = [.init(target: .setting("memory"), since: 1, isOverdue: true)]
    }
    #expect(settings(plan) == ["set memory persistent"])
    #expect(plan.waiting.map(\.target) == [.setting("memory")] && plan.waiting.first?.isOverdue == true)
  }

  @Test func `parameters of one call go together, each with its type`() throws {
    var world = try World.standard()
    let document = try spec(
      "cputune: {shares: 512, quota: -1, emulatorpin: \"1,0\", vcpupin: {0: 0-1, 3: \"2\"}}\nmemtune: {hardLimit: 2 GiB}\n"
        + "numatune: {mode: preferred, nodeset: 0}\nblkiotune: {weight: 200}")
    let plan = world.plan(document)
    let calls = plan.steps.filter { $0.action == .set && $0.side == .persistent }.compactMap(\.setting)
    #expect(
      calls == [
        .parameters(
          .scheduler, of: nil,
          [TypedParameter("cpu_shares", .unsignedLong, "512"), TypedParameter("vcpu_quota", .signedLong, "-1")]),
        .pin(.vcpu(0), CPUSet([0, 1])), .pin(.vcpu(3), CPUSet([2])), .pin(.emulator, CPUSet([0, 1])),
        .parameters(.memory, of: nil, [TypedParameter("hard_limit", .unsignedLong, "2097152")]),
        .parameters(.blockIO, of: nil, [TypedParameter("weight", .unsigned, "200")]),
        .parameters(
          .numa, of: nil, [TypedParameter("numa_mode", .signed, "1"), TypedParameter("numa_nodeset", .text, "0")]),
      ])
    #expect(plan.nextBoot.map(\.path) == ["spec.numatune.mode", "spec.numatune.nodeset"])
    try world.converge(document)
  }

  @Test func `I/O threads come and go one by one, by number`() throws {
    var world = try World.standard()
    let up = world.plan(try spec("iothreads: 2"))
    #expect(up.steps.filter { $0.side == .live }.compactMap(\.setting) == [.addIOThread(1), .addIOThread(2)])
    try world.converge(try spec("iothreads: 2"))
    for side in Side.allCases {
      try world.edit(side) {
        $0.replacing(
          "</iothreads>", with: "</iothreads><iothreadids><iothread id='2'/><iothread id='7'/></iothreadids>")
      }
    }
    let down = world.plan(try spec("iothreads: 1"))
    #expect(down.steps.filter { $0.side == .live }.compactMap(\.setting) == [.removeIOThread(7)])
    #expect(world.plan(try spec("iothreads: 3")).step("set iothreads live")?.setting == .addIOThread(1))
  }

  @Test func `texts: null takes them away (R1)`() throws {
    var world = try World.standard()
    try world.converge(try spec("title: a title\ndescription: |-\n  two\n  lines"))
    #expect(world.live?.root.child("description")?.text == "two\nlines")
    let plan = world.plan(try spec("title: null"))
    #expect(plan.steps.filter { $0.action == .set }.map(\.setting) == [.words(.title, nil), .words(.title, nil)])
    #expect(settings(world.plan(try spec("description: null"))).count == 2)
  }

  @Test func `B7: metadata elements of others are set one by one, and those that nobody names stay`() throws {
    var world = try World.standard()
    let own = "metadata: [\"<app:x xmlns:app='urn:app' level='3'><app:y>1</app:y></app:x>\"]"
    let document = try spec(own)
    let plan = world.plan(document)
    #expect(settings(plan) == ["set metadata persistent", "set metadata live"])
    guard case .metadata(let element, _, "urn:app") = plan.step("set metadata live")?.setting else {
      Issue.record("no call for the namespace")
      return
    }
    #expect(element?.shown == "<x level='3'><y>1</y></x>")
    try world.converge(document)
    #expect(world.managed.generation != nil, "vmctl's own element is gone")
    #expect(throws: World.Refused.self) {
      try spec("metadata: [\"<v:domain xmlns:v='urn:vmctl:domain:1'/>\"]")
    }
  }

  @Test func `R8: a foreign change is put back, or reported where that is all that is wanted`() throws {
    var world = try World.standard()
    let reassert = try spec("vcpus: 4")
    let report = try spec("vcpus: 4\ndrift: report")
    try world.converge(report)
    let foreign = "<vcpu placement='static' current='3'>4</vcpu>"
    try world.edit(.persistent) { $0.replacing("<vcpu placement='static'>4</vcpu>", with: foreign) }
    let plan = world.plan(report)
    #expect(settings(plan).isEmpty)
    #expect(plan.drift.map(\.path) == ["spec.vcpus"])
    #expect(settings(world.plan(report) { $0.options.reassert = true }) == ["set vcpus persistent"])
    #expect(settings(world.plan(reassert)) == ["set vcpus persistent"])
    // Another wish is no drift.
    #expect(settings(world.plan(try spec("vcpus: 4\ndrift: report\ntitle: x"))).contains("set vcpus persistent"))
  }

  @Test func `autostart belongs to no side and is asked for only where it is stated`() throws {
    var world = try World.standard()
    world.host.autostart = false
    let plan = world.plan(try spec("autostart: true"))
    #expect(plan.steps.filter { $0.action == .set }.map(\.setting) == [.autostart(true)])
    #expect(plan.steps.last { $0.action == .set }?.xml == nil)
    world.host.autostart = true
    #expect(settings(world.plan(try spec("autostart: true"))).isEmpty)
  }

  @Test(arguments: Catalogue.settings.map(\.name))
  func `what a step states of a setting is what is read back`(_ name: String) throws {
    let setting = try #require(Catalogue.setting(named: name))
    if case .outside = setting.place { return }
    let (key, value): (String?, String) =
      switch setting.type {
      case .number(let range): (setting.hasEntries ? "1" : nil, String(range.lowerBound))
      case .signed: (nil, "-1")
      case .memory: (nil, "4096")
      case .cpuSet: (setting.hasEntries ? "1" : nil, "0-1")
      case .oneOf(let words): (nil, words[0])
      case .element: ("urn:x", "<x></x>")
      default: (nil, "text")
      }
    var draft = ElementDraft("domain")
    setting.state(value, key: key, in: &draft)
    let root = try DomainDocument(draft.xml).root
    let stated = setting.stated(in: root)
    #expect(stated.map(\.value) == [value] && stated.map(\.key) == [key])
    // Nothing else is stated by it.
    for other in Catalogue.settings where other.name != name {
      #expect(other.stated(in: root).isEmpty, "\(other.name)")
    }
  }
}
