import Foundation
import TestSupport

/// A domain as many people write them: devices of every kind that a private host can define, in spellings that libvirt
/// rewrites. It follows from its seed and number alone.
struct Specimen: Sendable, CustomStringConvertible {
  let seed: UInt64
  let number: Int
  let machine: String
  /// The recipes that were used.
  let recipes: [String]
  /// The definition, with the places of `Surroundings` still open.
  private let template: String

  var description: String { "specimen \(number) of seed \(seed) (\(machine): \(recipes.joined(separator: ", ")))" }

  func xml(in domain: LiveDomain) -> String {
    template.filled([
      "FOLDER": domain.folder, "NAME": domain.name, "NETWORK": domain.host.network, "BRIDGE": domain.host.bridge,
    ])
  }

  /// The files that the recipes name: `d0.img` …, `q0.qcow2` …
  func makeFiles(in domain: LiveDomain, overlay: Data) throws {
    let folder = URL(filePath: domain.folder)
    try FileManager.default.createDirectory(at: folder.appending(path: "share"), withIntermediateDirectories: true)
    let image = Data(count: 2 << 20)
    for number in 0..<10 {
      if template.contains("d\(number).img") { try image.write(to: folder.appending(path: "d\(number).img")) }
      if template.contains("q\(number).qcow2") { try overlay.write(to: folder.appending(path: "q\(number).qcow2")) }
    }
    if template.contains("floppy.img") {
      try Data(count: 1_474_560).write(to: folder.appending(path: "floppy.img"))
    }
  }

  /// Specimens of pc and q35 in turn. `starts`: only what a host without hardware of its own can also start.
  static func all(_ count: Int, seed: UInt64, starts: Bool) -> [Specimen] {
    var decks = Decks(seed: seed, starts: starts)
    return (0..<count).map { number in
      var builder = SpecimenBuilder(machine: number.isMultiple(of: 2) ? "q35" : "pc", number: number)
      let recipes = builder.build(from: &decks)
      return Specimen(
        seed: seed, number: number, machine: builder.machine, recipes: recipes, template: builder.text(&decks.numbers))
    }
  }
}

/// Recipes by what they are for, each deck dealt to its end before any of it comes again: nothing is left out by
/// chance.
struct Decks {
  var numbers: SeededNumbers
  let starts: Bool
  private var left: [String: [Recipe]] = [:]

  init(seed: UInt64, starts: Bool) {
    numbers = SeededNumbers(seed: seed)
    self.starts = starts
  }

  /// The next recipe of a deck that `fits`.
  mutating func deal(_ deck: Recipe.Deck, for machine: String, _ fits: (Recipe) -> Bool) -> Recipe? {
    let key = "\(deck.rawValue) \(machine)"
    for _ in 0..<2 {
      if let place = left[key, default: []].firstIndex(where: fits) { return left[key]?.remove(at: place) }
      left[key, default: []] += Recipe.all(deck, machine: machine, starts: starts).shuffled(using: &numbers)
    }
    return nil
  }
}

/// Puts recipes together, and fills their places: names, targets, addresses that are stated or are not.
struct SpecimenBuilder {
  let machine: String
  let number: Int
  private var devices: [String] = []
  private var bodies: [String] = []
  private var images = 0
  private var overlays = 0
  private var targets: [String: Int] = [:]
  private var cards = 0
  private var aliases = 0
  private var bootOrder = 0
  /// Whether devices state their boot order, and not the domain.
  private var boots = false
  private var ports: [Int] = []
  private var slot = 0x10

  init(machine: String, number: Int) {
    self.machine = machine
    self.number = number
  }

  mutating func build(from decks: inout Decks) -> [String] {
    var names: [String] = []
    boots = decks.numbers.once(in: 2)
    func hasUSB(_ recipes: [String]) -> Bool { !recipes.contains { $0.contains("model='none' index='0'") } }
    for (deck, count) in [
      (.buses, 1...1), (.usb, 1...1), (.controllers, 0...2), (.disks, 2...5), (.cards, 1...3), (.serials, 1...1),
      (.ports, 1...3), (.inputs, 0...2), (.others, 2...5), (.video, 1...1), (.graphics, 0...1), (.balloon, 1...1),
      (.memory, 0...1),
    ] as [(Recipe.Deck, ClosedRange<Int>)] {
      for _ in 0..<Int.random(in: count, using: &decks.numbers) {
        let usb = hasUSB(bodies)
        let recipe = decks.deal(deck, for: machine) { recipe in
          (usb || !recipe.needsUSB) && !(recipe.isSingle && names.contains { $0.hasPrefix(recipe.family) })
        }
        guard let recipe else { continue }
        names.append(recipe.name)
        bodies.append(recipe.body)
        if deck == .buses { layPorts(&decks.numbers) }
        devices.append(fill(recipe.body, &decks.numbers))
      }
    }
    return names
  }

  // MARK: Places

  private mutating func fill(_ body: String, _ numbers: inout SeededNumbers) -> String {
    var text = ""
    var rest = body[...]
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
      text += rest[..<open]
      text += place(String(rest[rest.index(after: open)..<close]), &numbers)
      rest = rest[rest.index(after: close)...]
    }
    return text + rest
  }

  private mutating func place(_ name: String, _ numbers: inout SeededNumbers) -> String {
    switch name {
    case "raw":
      images += 1
      return "FOLDER/d\(images - 1).img"
    case "qcow2":
      overlays += 1
      return "FOLDER/q\(overlays - 1).qcow2"
    case "vd", "sd", "hd", "fd":
      targets[name, default: 0] += 1
      return name + ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"][targets[name, default: 1] - 1]
    case "port": return String(20_000 + number * 10 + Int.random(in: 0..<10, using: &numbers))
    case "pci": return numbers.once(in: 3) ? address(&numbers) : ""
    case "alias": return alias(&numbers)
    case "boot":
      guard boots, numbers.once(in: 2) else { return "" }
      bootOrder += 1
      return "<boot order='\(bootOrder)'/>"
    case "mac": return mac(&numbers)
    default: return "{" + name + "}"
    }
  }

  private mutating func alias(_ numbers: inout SeededNumbers) -> String {
    guard numbers.once(in: 3) else { return "" }
    aliases += 1
    // Not each is an id that a document can have; a name without `ua-` libvirt replaces.
    let name = ["ua-it-\(aliases)", "ua-It_\(aliases)", "ua-a-long-name-\(aliases)", "mine\(aliases)"]
      .randomElement(using: &numbers)
    return "<alias name='\(name ?? "")'/>"
  }

  private mutating func mac(_ numbers: inout SeededNumbers) -> String {
    guard numbers.once(in: 2) else { return "" }
    cards += 1
    let tail = String(format: numbers.once(in: 2) ? "%02X:%02X" : "%02x:%02x", number % 256, 0xa0 + cards)
    return "<mac address='52:54:00:AB:\(tail)'/>"
  }

  /// Behind a root port on q35, on the root on pc; each spelling is one that libvirt reads and rewrites.
  private mutating func address(_ numbers: inout SeededNumbers) -> String {
    var place = (bus: 0, slot: 0)
    if machine == "q35" {
      guard !ports.isEmpty else { return "" }
      place.bus = ports.removeFirst()
    } else {
      guard slot < 0x1f else { return "" }
      place.slot = slot
      slot += 1
    }
    func hexadecimal(_ value: Int) -> String { "0x" + String(value, radix: 16) }
    // libvirt's schema takes two digits.
    let octal = place.bus < 8 ? "0\(place.bus)" : "\(place.bus)"
    return switch Int.random(in: 0..<4, using: &numbers) {
    case 0: "<address type='pci' bus='\(place.bus)' slot='\(place.slot)'/>"
    case 1: "<address slot='\(hexadecimal(place.slot))' type='pci' bus='\(hexadecimal(place.bus))'/>"
    case 2: "<address type='pci' domain='0' bus='\(octal)' slot='\(place.slot)' function='0'/>"
    default:
      "<address type=\"pci\" domain='0x0000' bus='\(hexadecimal(place.bus))' "
        + "slot='\(hexadecimal(place.slot).uppercased().replacing("X", with: "x"))' function='0x0'/>"
    }
  }

  /// Root ports of the specimen's own behind whatever its buses are.
  private mutating func layPorts(_ numbers: inout SeededNumbers) {
    guard machine == "q35", bodies[0].contains("pcie-root") else { return }
    let first = bodies[0].components(separatedBy: "type='pci' index=").count - 1
    for index in first..<(first + Int.random(in: 2...6, using: &numbers)) {
      let place = numbers.once(in: 2) ? "" : "<target chassis='\(index)' port='\(hexadecimal(index))'/>"
      devices.append("<controller index='\(index)' model='pcie-root-port' type='pci'>\(place)</controller>")
      ports.append(index)
    }
  }

  private func hexadecimal(_ value: Int) -> String { "0x" + String(value + 0x40, radix: 16) }

  // MARK: The domain around the devices

  func text(_ numbers: inout SeededNumbers) -> String {
    let all = devices.joined(separator: "\n")
    let hasMemory = all.contains("<memory model=")
    let memory = [
      "<memory unit='MiB'>64</memory>", "<memory>65536</memory>", "<memory unit='b'>67108864</memory>",
      "<memory unit='KB'>67109</memory>", "<memory unit='M'>64</memory><currentMemory unit='MiB'>60</currentMemory>",
    ]
    let cpu = [
      "", "<cpu mode='custom' match='exact'><model fallback='allow'>qemu64</model></cpu>",
      "<cpu><model>Nehalem</model><topology sockets='2' cores='1' threads='1'/></cpu>",
      "<cpu mode='host-model'/>",
    ]
    let numa =
      "<cpu mode='custom'><model>qemu64</model>"
      + "<numa><cell id='0' cpus='0-1' memory='65536' unit='KiB'/></numa></cpu>"
    let others = [
      "", "<title>a &lt;specimen&gt;</title><description>of many\nlines &amp; words</description>",
      "<metadata><x:note xmlns:x='urn:theirs' a='1'>as it <x:b/> was</x:note>"
        + "<nova:instance xmlns:nova='http://openstack.org/xmlns/libvirt/nova/1.1'><nova:name>n</nova:name>"
        + "</nova:instance></metadata>",
      "<genid/>", "<sysinfo type='smbios'><system><entry name='manufacturer'>them</entry></system></sysinfo>",
    ]
    let clock = [
      "", "<clock offset='localtime'/>",
      "<clock offset='utc'><timer name='rtc' tickpolicy='catchup'/><timer name='hpet' present='no'/></clock>",
    ]
    let commandLine =
      numbers.once(in: 6) ? "<q:commandline><q:env name='VMCTL' value='a&quot;b'/></q:commandline>" : ""
    return """
      <domain type='qemu' xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'><name>NAME</name>
      \(others.randomElement(using: &numbers) ?? "")
      \(hasMemory ? "<maxMemory slots='8' unit='G'>1</maxMemory>" + memory[0] : memory.randomElement(using: &numbers) ?? "")
      <vcpu\(numbers.once(in: 2) ? " current='1'" : "")>2</vcpu>
      \(all.contains("iothread='") || numbers.once(in: 4) ? "<iothreads>2</iothreads>" : "")
      <os><type arch='x86_64' machine='\(machine)'>hvm</type>\(osBoot(&numbers))</os>
      <features><acpi/>\(numbers.once(in: 2) ? "<apic/><pae/>" : "")</features>
      \(hasMemory ? numa : cpu.randomElement(using: &numbers) ?? "")
      \(clock.randomElement(using: &numbers) ?? "")
      <devices>
      <!-- what \(number) has -->
      \(all)
      </devices>\(commandLine)</domain>
      """
  }

  private func osBoot(_ numbers: inout SeededNumbers) -> String {
    if boots { return "" }
    return ["", "<boot dev='hd'/>", "<boot dev='network'/><boot dev='cdrom'/>"].randomElement(using: &numbers) ?? ""
  }
}
