import DomainXML
import Libvirt
import TestSupport
import Testing
import Vocabulary

/// What there is of the matrix's domain, asked of libvirt and not of vmctl: the same after a stage however it was
/// disturbed.
struct MatrixFacts: Equatable, CustomStringConvertible {
  struct Sight: Equatable {
    /// Slots by id, one for each device that has the id.
    var slots: [String: [String]] = [:]
    var title: String?
    var link: String?
  }

  var isThere = false
  var isActive = false
  var sides: [Side: Sight] = [:]

  static func read(_ domain: LiveDomain) async throws -> MatrixFacts {
    var facts = MatrixFacts()
    let connection = try await Connection.open(uri: domain.host.uri, readOnly: true)
    let found = try await connection.observe(.name(domain.name))
    await connection.close()
    guard let found else { return facts }
    facts.isThere = true
    facts.isActive = found.state.isActive
    for side in Side.allCases {
      guard let xml = found.xml(side) else { continue }
      let definition = try DomainDefinition(xml)
      var sight = Sight(title: definition.root.value(at: "title"))
      for device in definition.devices {
        guard let id = device.id else { continue }
        sight.slots[id.text, default: []].append(device.slot.map { "\($0)" } ?? "none")
        // Libvirt leaves out what is up.
        if id.text == "lan" { sight.link = device.element.value(at: "link/@state") ?? "up" }
      }
      facts.sides[side] = sight
    }
    return facts
  }

  var description: String {
    guard isThere else { return "no domain" }
    let sights = Side.allCases.compactMap { side in
      sides[side].map { sight in
        let devices = sight.slots.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.joined(separator: " and "))" }
        return "\(side.rawValue): \(devices.joined(separator: ", ")), '\(sight.title ?? "")', link \(sight.link ?? "-")"
      }
    }
    return "\(isActive ? "running" : "stopped"); \(sights.joined(separator: "; "))"
  }
}
