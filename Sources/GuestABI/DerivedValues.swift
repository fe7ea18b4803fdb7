import DomainXML
import Vocabulary

/// Values of a domain that no one place states.
enum DerivedValues {
  /// What the sides have where that differs; `nil` where it does not.
  static func difference(
    _ derived: ABIRule.Derived, _ source: Element, _ target: Element
  ) -> (source: String?, target: String?)? {
    switch derived {
    case .bootMemory:
      let (one, other) = (bootMemory(source), bootMemory(target))
      return one == other ? nil : (one.map(RuleValue.shown), other.map(RuleValue.shown))
    case .onlineCPUs:
      let (one, other) = (VCPUs(source), VCPUs(target))
      // libvirt compares one by one only where there are as many on both sides.
      guard one.count == other.count, one.online != other.online else { return nil }
      return (one.text, other.text)
    case .cpuOrder:
      let (one, other) = (VCPUs(source), VCPUs(target))
      guard one.count == other.count, one.orders != other.orders else { return nil }
      return (one.orders.joined(separator: " "), other.orders.joined(separator: " "))
    case .distances:
      let (one, other) = (distances(source), distances(target))
      return one == other ? nil : (one.joined(separator: " "), other.joined(separator: " "))
    }
  }

  /// `nil` where there is nothing to say.
  static func value(_ derived: ABIRule.Derived, _ domain: Element) -> String? {
    let text: String =
      switch derived {
      case .bootMemory: bootMemory(domain).map(RuleValue.shown) ?? ""
      case .onlineCPUs: VCPUs(domain).text
      case .cpuOrder: VCPUs(domain).orders.joined(separator: " ")
      case .distances: distances(domain).joined(separator: " ")
      }
    return text.isEmpty ? nil : text
  }

  /// Bytes.
  private static func bootMemory(_ domain: Element) -> UInt64? {
    guard let all = domain.child("memory").flatMap({ RuleValue.bytes(of: $0) }) else { return nil }
    var devices: UInt64 = 0
    for device in domain.child("devices")?.children(named: "memory") ?? [] {
      devices &+= device.element(at: "target/size").flatMap { RuleValue.bytes(of: $0) } ?? 0
    }
    return all &- min(all, devices)
  }

  /// `0-1:21` for each two cells that are not as far apart as libvirt supposes. A distance that one cell states holds
  /// for the way back too, unless the other states another (`virDomainNumaDefNodeDistanceParseXML`).
  private static func distances(_ domain: Element) -> [String] {
    var stated: [Pair: UInt64] = [:]
    var mirrored: [Pair: UInt64] = [:]
    for (index, cell) in domain.elements(at: "cpu/numa/cell").enumerated() {
      let from = cell.number("id") ?? UInt64(index)
      for sibling in cell.elements(at: "distances/sibling") {
        guard let to = sibling.number("id"), let value = sibling.number("value") else { continue }
        stated[Pair(from: from, to: to)] = value
        mirrored[Pair(from: to, to: from)] = value
      }
    }
    var lines: [(Pair, UInt64)] = []
    for (pair, value) in mirrored.merging(stated, uniquingKeysWith: { $1 })
    where value != (pair.from == pair.to ? 10 : 20) {
      lines.append((pair, value))
    }
    return lines.sorted { ($0.0.from, $0.0.to) < ($1.0.from, $1.0.to) }.map { "\($0.0.from)-\($0.0.to):\($0.1)" }
  }

  private struct Pair: Hashable {
    let from: UInt64
    let to: UInt64
  }
}

/// The virtual CPUs of a domain: listed one by one where one was plugged by itself, else the first `current` of them.
private struct VCPUs {
  let count: UInt64
  /// The first so many, where none is listed.
  private let current: UInt64
  private let listed: [Int]?
  let orders: [String]

  init(_ domain: Element) {
    let element = domain.child("vcpu")
    count = element.flatMap { parseNumber($0.trimmedText) } ?? 1
    current = element?.number("current") ?? count
    let entries = domain.elements(at: "vcpus/vcpu")
    listed =
      entries.isEmpty
      ? nil
      : entries.filter { $0.holds("enabled", "yes") }.compactMap { $0.number("id").map(Int.init(truncatingIfNeeded:)) }
    orders = entries.compactMap { entry in
      guard let order = entry.number("order"), order != 0 else { return nil }
      return "\(entry.number("id") ?? 0):\(order)"
    }
  }

  /// What two domains have the same of where the same CPUs are online.
  var online: Online {
    guard let listed else { return .first(current) }
    return listed == Array(0..<listed.count) ? .first(UInt64(listed.count)) : .these(listed)
  }

  enum Online: Equatable {
    case first(UInt64)
    case these([Int])
  }

  var text: String {
    switch online {
    case .first(let count): count == 0 ? "none" : "0-\(count - 1)"
    case .these(let numbers): CPUSet(numbers).description
    }
  }
}
