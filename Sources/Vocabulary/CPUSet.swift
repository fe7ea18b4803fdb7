/// A set of host CPUs or NUMA nodes as libvirt writes it: `0-3,7`, and `^2` takes one out again.
package struct CPUSet: Sendable, Hashable, CustomStringConvertible {
  /// In order, none twice.
  package let numbers: [Int]

  /// libvirt's own limit on the number of a host CPU.
  package static let limit = 16_384

  package init(_ numbers: some Sequence<Int>) { self.numbers = Set(numbers).sorted() }

  /// `nil` for what is no set, or an empty one.
  package init?(_ text: some StringProtocol) {
    var found: Set<Int> = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let isOut = part.hasPrefix("^")
      let ends = part.dropFirst(isOut ? 1 : 0).split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= (isOut ? 1 : 2),
        (0...last).contains(first), last < CPUSet.limit
      else { return nil }
      if isOut { found.remove(first) } else { found.formUnion(first...last) }
    }
    guard !found.isEmpty else { return nil }
    self.init(found)
  }

  /// As libvirt prints it: ranges, lowest first.
  package var description: String {
    var ranges: [ClosedRange<Int>] = []
    for number in numbers {
      if let last = ranges.last, last.upperBound + 1 == number {
        ranges[ranges.count - 1] = last.lowerBound...number
      } else {
        ranges.append(number...number)
      }
    }
    return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
      .joined(separator: ",")
  }
}
