import TestSupport

/// What is done to whole sections of a domain.
extension Mutation {
  /// Neighbours in any element but the list of devices: timers, features, cells, entries.
  static func swapChildren(_ domain: MutableElement, _ numbers: inout SeededNumbers, _: Words) -> String? {
    let parents = domain.all.filter { $0.children.count > 1 && $0.name != "devices" }
    guard let parent = parents.randomElement(using: &numbers) else { return nil }
    let place = Int.random(in: 1..<parent.children.count, using: &numbers)
    parent.children.swapAt(place - 1, place)
    return "\(parent.name): \(parent.children[place].name) and \(parent.children[place - 1].name) change places"
  }

  /// A section as another sample has it.
  static func replaceSection(_ domain: MutableElement, _ numbers: inout SeededNumbers, _: Words) -> String? {
    guard let text = SampleDomain.sections.randomElement(using: &numbers)?.randomElement(using: &numbers) else {
      return nil
    }
    var sections: [MutableElement] = []
    do { sections = try MutableElement(parsing: "<some>\(text)</some>").children } catch { return nil }
    // The machine is in <os>.
    guard let section = sections.first, section.name != "os" else { return nil }
    domain.children.removeAll { $0.name == section.name }
    domain.children.append(section)
    return "\(section.name): another"
  }

  /// Memory and virtual CPUs, with nothing left that contradicts them.
  static func resize(_ domain: MutableElement, _ numbers: inout SeededNumbers, _: Words) -> String? {
    guard domain.value(at: "cpu/numa") == nil else { return nil }
    let (memory, cpus) = (Bool.random(using: &numbers) ? "524288" : "1048576", numbers.once(in: 2) ? "2" : "8")
    domain.set("memory", to: memory)
    domain.set("currentMemory", to: nil)
    domain.set("vcpu", to: cpus)
    domain.set("vcpu/@current", to: nil)
    domain.set("cpu/topology", to: nil)
    return "memory \(memory), vcpu \(cpus)"
  }

  static func replaceTopology(_ domain: MutableElement, _ numbers: inout SeededNumbers, _: Words) -> String? {
    let topologies = ["4 1 1 1", "2 1 2 1", "1 1 2 2", "1 1 4 1", "2 1 1 2", "1 2 2 1", "2 2 1 1"]
    guard let topology = topologies.randomElement(using: &numbers) else { return nil }
    for (name, value) in zip(["sockets", "dies", "cores", "threads"], topology.split(separator: " ")) {
      domain.set("cpu/topology/@\(name)", to: String(value))
    }
    return "cpu/topology: \(topology)"
  }

  /// NUMA cells come and go with their memory, and distances with the cells.
  static func changeCells(_ domain: MutableElement, _ numbers: inout SeededNumbers, _: Words) -> String? {
    guard let numa = domain.child("cpu")?.child("numa"), let cell = numa.children.randomElement(using: &numbers) else {
      return nil
    }
    switch Int.random(in: 0..<3, using: &numbers) {
    case 0:
      let other = MutableElement("cell")
      for (name, value) in [("id", "\(numa.children.count)"), ("memory", "131072"), ("unit", "KiB")] {
        other[name] = value
      }
      numa.children.append(other)
      return "a cell more"
    case 1:
      for cell in numa.children { cell.set("distances", to: nil) }
      return "no distances"
    default:
      cell.set("distances", to: nil)
      cell.set("distances/sibling/@id", to: cell["id"] == "0" ? "1" : "0")
      cell.set("distances/sibling/@value", to: numbers.once(in: 2) ? "20" : "42")
      return "other distances of cell \(cell["id"] ?? "")"
    }
  }
}
