import DomainXML
import Testing
import Vocabulary

/// The catalogue is data, so that its entries can be held against one another.
@Suite struct CatalogueTests {
  private static let all: [DeviceKind] = Catalogue.elements.map { Catalogue.kind(named: $0) }

  @Test func `every kind has one entry, found by its element`() {
    #expect(Set(Catalogue.elements).count == Catalogue.elements.count)
    for element in Catalogue.elements {
      #expect(Catalogue.kind(named: element).element == element)
      #expect(Catalogue.kind(named: element) === Catalogue.kind(named: element))
      #expect(!Catalogue.kind(named: element).summary.isEmpty)
    }
    #expect(Catalogue.kind(named: "holodeck") == Catalogue.kind(named: "holodeck"))
    #expect(Catalogue.kind(named: "holodeck") != Catalogue.kind(named: "disk"))
  }

  @Test func `short forms, files, networks and unique fields name fields that the form fills or libvirt prints`() {
    for kind in Self.all {
      guard let form = kind.shortForm else { continue }
      let keys = form.fields.map(\.key)
      #expect(Set(keys).count == keys.count, "\(kind.name)")
      #expect(form.oneOf.allSatisfy(keys.contains), "\(kind.name)")
      let paths = Set(form.fields.map(\.path))
      for path in kind.files + kind.networks + kind.unique.map(\.path) {
        #expect(paths.contains(path), "\(kind.name) \(path)")
      }
      for field in form.fields { #expect(!field.help.isEmpty, "\(kind.name) \(field.key)") }
    }
  }

  @Test func `every controller that a device needs, and every slot that it takes, is one that the catalogue lays out`()
  {
    let types = Set(DeviceKind.controller.provides.map(\.type))
    for kind in Self.all {
      for need in kind.controller { #expect(types.contains(need.type), "\(kind.name) \(need.type)") }
      // Memory slots belong to the machine.
      for rule in kind.slots where rule.kind != .dimm {
        #expect(types.contains(rule.kind.controllerType), "\(kind.name)")
      }
    }
    #expect(Self.all.filter { !$0.provides.isEmpty } == [.controller])
  }

  @Test func `where a field changes in place the kind has an update on that side`() {
    for kind in Self.all {
      for field in kind.fields {
        for side in Side.allCases {
          guard case .inPlace = field.change[side], case .no = kind.update[side] else { continue }
          Issue.record("\(kind.name) \(field.path) on the \(side.rawValue) side")
        }
      }
    }
  }

  static let layouts: [(xml: String, first: String, count: Int)] = [
    ("<controller type='pci' index='3' model='pcie-root-port'/>", "pci 0000:03:00.0", 1),
    ("<controller type='pci' index='2' model='pci-bridge'/>", "pci 0000:02:01.0", 31),
    ("<controller type='pci' index='0' model='pci-root'/>", "pci 0000:00:03.0", 29),
    ("<controller type='scsi' index='1' model='virtio-scsi'/>", "drive scsi 1:0:0:0", 255),
    ("<controller type='scsi' index='0'/>", "drive scsi 0:0:0:0", 7),
    ("<controller type='scsi' index='0' model='lsilogic'/>", "drive scsi 0:0:0:0", 7),
    ("<controller type='scsi' index='0' model='lsisas1068'/>", "drive scsi 0:0:0:0", 7),
    ("<controller type='sata' index='0'/>", "drive sata 0:0:0:0", 6),
    ("<controller type='ide' index='0'/>", "drive ide 0:0:0:0", 4),
    ("<controller type='usb' index='0' model='qemu-xhci' ports='8'/>", "usb 0:1", 8),
    ("<controller type='usb' index='0' model='piix3-uhci'/>", "usb 0:1", 2),
    ("<controller type='virtio-serial' index='0'/>", "virtio-serial 0:0:1", 30),
    ("<controller type='virtio-serial' index='0' ports='16'/>", "virtio-serial 0:0:1", 15),
  ]

  @Test(arguments: layouts.indices) func `a controller gives these places`(_ index: Int) throws {
    let (xml, first, count) = CatalogueTests.layouts[index]
    let element = try DomainDocument(XMLText(xml)).root
    let layout = try #require(DeviceKind.controller.layout(of: element))
    let slots = layout.places.slots(
      type: layout.type, controller: element.number("index") ?? 0, ports: element.number("ports"))
    #expect(slots.first?.description == first)
    #expect(slots.count == count)
    #expect(Set(slots).count == count)
  }

  @Test func `a root complex takes nothing that comes and goes (T7)`() throws {
    let element = try DomainDocument(XMLText("<controller type='pci' index='0' model='pcie-root'/>")).root
    #expect(DeviceKind.controller.layout(of: element) == nil)
  }
}
