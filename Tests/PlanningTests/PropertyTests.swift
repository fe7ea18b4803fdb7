import DomainXML
import Intent
import Planning
import TestSupport
import Testing
import Vocabulary

/// Random documents over random histories. Each case is its seed: a failure names it.
@Suite struct PropertyTests {
  /// What a document says of one device.
  struct Wish {
    var kind: Int
    var number: Int
    var link = "up"
    var cache = "none"

    var text: String {
      let id = "d\(number)"
      switch kind {
      case 0: return Intents.disk(id, "vd" + letters, form: "cache: \(cache)")
      case 1: return Intents.disk(id, "sd" + letters, bus: "scsi", form: "cache: \(cache)")
      case 2: return Intents.card(id, "network: default, link: \(link)")
      case 3: return Intents.xml(id, "<rng model='virtio'><backend model='random'>/dev/r\(number)</backend></rng>")
      case 4: return Intents.channel(id, "port.\(number)")
      case 5: return Intents.disk(id, "sd" + letters, bus: "usb")
      default: return Intents.xml(id, "<shmem name='m\(number)'><model type='ivshmem-plain'/></shmem>")
      }
    }

    private var letters: String {
      let alphabet = Array("abcdefghijklmnopqrstuvwxyz").map(String.init)
      return alphabet[(number / 26) % 26] + alphabet[number % 26]
    }
  }

  struct History {
    var numbers: SeededNumbers
    var world: World
    var wishes: [Wish] = []
    /// Ids that left, with what they were: they may come back.
    var gone: [Wish] = []
    var next = 0
    var log: [String] = []

    init(seed: UInt64) throws {
      numbers = SeededNumbers(seed: seed)
      let machine = Bool.random(using: &numbers) ? "q35" : "pc"
      world = try World.created(
        try Intents.document([Intents.root], Intents.creation(machine, rootPorts: 10)),
        running: Bool.random(using: &numbers))
    }

    mutating func step() throws {
      switch Int.random(in: 0..<10, using: &numbers) {
      case 0...2: add()
      case 3: removeOne()
      case 4: comeBack()
      case 5, 6: change()
      case 7: try foreignDetach()
      case 8: try foreignAttach()
      default: try power()
      }
    }

    private mutating func add() {
      guard wishes.count < 9 else { return }
      wishes.insert(
        Wish(kind: Int.random(in: 0..<7, using: &numbers), number: next),
        at: Int.random(in: 0...wishes.count, using: &numbers))
      log.append("add d\(next)")
      next += 1
    }

    private mutating func removeOne() {
      guard let place = wishes.indices.randomElement(using: &numbers) else { return }
      log.append("remove d\(wishes[place].number)")
      gone.append(wishes.remove(at: place))
    }

    private mutating func comeBack() {
      guard wishes.count < 9, let place = gone.indices.randomElement(using: &numbers) else { return }
      log.append("back d\(gone[place].number)")
      wishes.append(gone.remove(at: place))
    }

    private mutating func change() {
      guard let place = wishes.indices.randomElement(using: &numbers) else { return }
      wishes[place].link = Bool.random(using: &numbers) ? "up" : "down"
      wishes[place].cache = ["none", "writeback", "directsync"].randomElement(using: &numbers) ?? "none"
      log.append("change d\(wishes[place].number)")
    }

    private mutating func foreignDetach() throws {
      guard let wish = wishes.randomElement(using: &numbers), let side = world.sides.randomElement(using: &numbers)
      else { return }
      log.append("foreign detach d\(wish.number) \(side)")
      try world.remove("d\(wish.number)", side)
    }

    /// As libvirt does it for others: the lowest free slot, on one side only (T23), or on both.
    private mutating func foreignAttach() throws {
      guard world.sides.compactMap({ world[$0] }).allSatisfy({ SlotAllocator([$0]).free(.pci) > 4 }) else { return }
      guard let side = world.sides.randomElement(using: &numbers), let definition = world[side] else { return }
      var own = SlotAllocator([definition])
      guard let slot = own.allocate(.pci, for: nil) else { return }
      log.append("foreign attach \(slot) \(side)")
      try world.add(Foreign.rng(at: slot), side)
    }

    private mutating func power() throws {
      log.append("power")
      world.live = world.live == nil ? try world.persistent.map { try LibvirtText.running($0) } : nil
    }

    func document() throws -> IntentDocument {
      let removals = (0..<next).map { "d\($0)" }.joined(separator: ", ")
      return try Intents.document([Intents.root] + wishes.map(\.text), "removals: [\(removals)]")
    }
  }

  @Test(arguments: UInt64(1)...60) func `slots stay, foreign devices stay, and plans come to an end`(_ seed: UInt64)
    throws
  {
    var history = try History(seed: seed)
    var slots: [String: Slot] = [:]
    for _ in 0..<12 {
      try history.step()
      let context = "seed \(seed): \(history.log.joined(separator: ", "))"
      let before = history.world
      let document = try history.document()
      let plan = before.plan(document)
      #expect(plan.steps == before.plan(document).steps, "the same input gives the same plan; \(context)")
      // A foreign device on a slot of ours is a conflict for people to settle.
      guard plan.refused.isEmpty else {
        #expect(plan.codes.allSatisfy { ["slot-taken", "slots-short"].contains($0) }, "\(plan.refused); \(context)")
        #expect(plan.steps.isEmpty, "\(context)")
        return
      }
      check(plan, in: before, context)
      do {
        try history.world.converge(document)
      } catch {
        Issue.record("\(error); \(context)")
        return
      }
      let world = history.world
      #expect(world.plan(document).isEmpty, "I9; \(context)")
      checkForeign(before, world, context)
      for (id, slot) in slots where before.device(id) == nil && before.device(id, .live) == nil {
        // Somebody else took the place of a device that was away.
        if !SlotAllocator(before.sides.compactMap { before[$0] }).isFree(slot) { slots[id] = nil }
      }
      checkSlots(world, history.wishes, &slots, context)
    }
  }

  /// I7: steps name only devices with an id of the document or of the metadata.
  private func check(_ plan: Plan, in world: World, _ context: String) {
    let ours = Set(world.managed.bindings.map(\.id.alias))
    for step in plan.steps {
      guard case .device(let id) = step.target, let xml = step.xml, let root = try? DomainDocument(xml).root else {
        continue
      }
      let alias = Device(root).alias
      #expect(alias == id.alias, "I7: \(step.summary); \(context)")
      if step.action == .detach { #expect(ours.contains(id.alias), "I7: \(step.summary); \(context)") }
    }
  }

  /// I7: foreign devices are there as they were, byte for byte.
  private func checkForeign(_ before: World, _ after: World, _ context: String) {
    for side in before.sides {
      guard let old = before[side], let new = after[side] else { continue }
      let kept = Set(new.devices.map { $0.element.source })
      for device in old.devices where device.id == nil {
        #expect(kept.contains(device.element.source), "I7: \(device.element.source.shown); \(context)")
      }
    }
  }

  /// I2: each device has one slot, the same on both sides, for life; no two share one.
  private func checkSlots(_ world: World, _ wishes: [Wish], _ slots: inout [String: Slot], _ context: String) {
    for side in world.sides {
      guard let definition = world[side] else { continue }
      let all = definition.devices.compactMap(\.slot)
      #expect(Set(all).count == all.count, "two devices on one slot; \(context)")
      for wish in wishes {
        let id = "d\(wish.number)"
        guard let slot = world.slot(id, side) else {
          Issue.record("\(id) has no slot on the \(side.rawValue) side; \(context)")
          continue
        }
        if let known = slots[id], known != slot { Issue.record("I2: \(id) moved from \(known) to \(slot); \(context)") }
        slots[id] = slot
      }
    }
  }
}
