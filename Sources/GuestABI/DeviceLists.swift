import DomainXML
import Vocabulary

/// How libvirt lays the devices of a document into lists, whose places it then compares. Most kinds stay in the
/// document's order.
enum DeviceLists {
  /// Kinds that libvirt sorts as it reads them.
  static func isSorted(_ kind: DeviceKind) -> Bool { kind == .controller || kind == .disk }

  static func sorted(_ kind: DeviceKind, _ elements: [Element]) -> [Element] {
    switch kind {
    case .controller: controllers(elements)
    case .disk: disks(elements)
    default: elements
    }
  }

  /// Disks of a bus are together and by the number in their name (`virDomainDiskInsert`).
  private static func disks(_ disks: [Element]) -> [Element] {
    var list: [Disk] = []
    for element in disks {
      let disk = Disk(element)
      var place: Int?
      for index in list.indices.reversed() where list[index].bus == disk.bus {
        if list[index].number > disk.number {
          place = index
        } else if place == nil {
          place = index + 1
        }
      }
      list.insert(disk, at: place ?? list.count)
    }
    return list.map(\.element)
  }

  /// Controllers of a type are together and by their index; a master goes before its companions
  /// (`virDomainControllerInsertPreAlloced`).
  private static func controllers(_ controllers: [Element]) -> [Element] {
    var list: [Controller] = []
    for element in controllers {
      let controller = Controller(element)
      var place: Int?
      for index in list.indices.reversed() where list[index].type == controller.type {
        let current = list[index]
        if current.index > controller.index {
          place = index
        } else if !controller.isCompanion, current.isCompanion, current.index == controller.index {
          place = index
        } else if place == nil {
          place = index + 1
        }
      }
      list.insert(controller, at: place ?? list.count)
    }
    return list.map(\.element)
  }

  /// Kinds of which libvirt prints less for migration than it knows.
  static let abbreviated: [DeviceKind] = [.controller, .input]

  /// The list that libvirt gets when it prints a domain for migration and reads that again: what it leaves out is what
  /// it adds by itself, and it adds it at the end.
  static func migratable(_ kind: DeviceKind, _ elements: [Element], machine: String) -> [Element] {
    switch kind {
    case .controller: controllers(withoutDefaults(elements, machine: machine))
    case .input: withoutKeyboard(elements)
    default: sorted(kind, elements)
    }
  }

  /// On an i440fx machine the only USB controller and the only PCI root, where they are what libvirt would add
  /// (`qemuDomainDefFormatBufInternal`).
  private static func withoutDefaults(_ controllers: [Element], machine: String) -> [Element] {
    guard isI440FX(machine) else { return controllers }
    let usb = only("usb", of: controllers).filter { usb in
      usb.number("index") == 0 && ["piix3-uhci", nil].contains(usb["model"])
    }
    let pci = only("pci", of: controllers).filter { pci in
      pci.number("index") == 0 && pci.holds("model", "pci-root") && pci.child("pcihole64") == nil
    }
    let left = controllers.filter { element in
      !usb.contains { $0.isSpelled(as: element) } && !pci.contains { $0.isSpelled(as: element) }
    }
    return left + (usb.isEmpty ? [] : added(0)) + (pci.isEmpty ? [] : added(1))
  }

  /// PS/2 keyboards, of which there is always one (`virDomainInputDefFormat`).
  private static func withoutKeyboard(_ inputs: [Element]) -> [Element] {
    let left = inputs.filter { !($0.holds("type", "keyboard") && isPS2($0)) }
    return left.count == inputs.count ? inputs : left + added(2)
  }

  /// What the chipset has in any case: no document takes it away.
  static func belongsToChipset(_ device: Device) -> Bool {
    device.kind == .input && isPS2(device.element)
      && (device.element.holds("type", "keyboard") || device.element.holds("type", "mouse"))
  }

  private static func isPS2(_ input: Element) -> Bool { input.holds("bus", "ps2") || input["bus"] == nil }

  private static func only(_ type: String, of controllers: [Element]) -> [Element] {
    let found = controllers.filter { $0.holds("type", type) }
    guard found.count == 1, let alias = found.first?.child("alias")?["name"], alias.hasPrefix("ua-") else {
      return found.count == 1 ? found : []
    }
    return []
  }

  /// `qemuDomainMachineIsI440FX`.
  private static func isI440FX(_ machine: String) -> Bool {
    machine == "pc" || ["pc-0.", "pc-1.", "pc-i440", "rhel"].contains { machine.hasPrefix($0) }
  }

  private static func added(_ place: Int) -> [Element] {
    guard let children = implicit?.root.children else { return [] }
    return Array(children.dropFirst(place).prefix(1))
  }

  /// What libvirt adds, as it prints it. A text of our own: that it is XML is no question.
  private static let implicit: DomainDocument? = try? DomainDocument(
    XMLText(
      """
      <devices>
        <controller type='usb' index='0' model='piix3-uhci'>
          <address type='pci' domain='0x0000' bus='0x00' slot='0x01' function='0x2'/>
        </controller>
        <controller type='pci' index='0' model='pci-root'/>
        <input type='keyboard' bus='ps2'/>
      </devices>
      """))

  private struct Controller {
    let element: Element
    let type: String
    let index: UInt64
    let isCompanion: Bool

    init(_ element: Element) {
      self.element = element
      type = element["type"] ?? ""
      index = element.number("index") ?? 0
      isCompanion = element.child("master") != nil
    }
  }

  private struct Disk {
    let element: Element
    let bus: String
    let number: Int

    init(_ element: Element) {
      self.element = element
      let target = element.child("target")
      bus = target?["bus"] ?? ""
      number = Disk.number(of: target?["dev"] ?? "")
    }

    /// `vda` is 0, `sdab` 27; -1 for a name that libvirt finds no number in (`virDiskNameParse`).
    private static func number(of name: String) -> Int {
      guard let prefix = ["fd", "hd", "vd", "sd", "xvd", "ubd"].first(where: name.hasPrefix) else { return -1 }
      let rest = name.utf8.dropFirst(prefix.utf8.count)
      let letters = rest.prefix { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
      guard (1...6).contains(letters.count),
        rest.dropFirst(letters.count).allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
      else { return -1 }
      return letters.reduce(0) { $0 * 26 + Int($1 - UInt8(ascii: "a")) + 1 } - 1
    }
  }
}
