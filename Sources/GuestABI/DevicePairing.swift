import DomainXML

/// Which device of one side is which of the other: by the alias that its owner gave it, by its natural key, by its
/// slot, and what is left by its place.
struct DevicePairing {
  private(set) var pairs: [(source: Int, target: Int)] = []
  private(set) var gone: [Int] = []
  private(set) var new: [Int] = []
  /// Whether each device is paired with the one at its own place: libvirt's way.
  private(set) var isPositional = false

  /// `byPlace`: whether devices that nothing tells apart are paired in their order.
  init(_ source: [Device], _ target: [Device], byPlace: Bool = true) {
    if source.count == target.count,
      source.count == 1 && byPlace || zip(source, target).allSatisfy({ DevicePairing.isSame($0, $1) })
    {
      pairs = source.indices.map { ($0, $0) }
      isPositional = true
      return
    }
    var left = Set(source.indices)
    var right = Set(target.indices)
    let keys: [(Device) -> [String]] = [
      { device in device.id.map { ["\($0)"] } ?? [] },
      { $0.naturalKeys },
      { device in device.slot.map { ["\($0)"] } ?? [] },
    ]
    for key in keys where !left.isEmpty && !right.isEmpty {
      var places: [String: Int] = [:]
      for index in right.sorted(by: >) { for word in key(target[index]) { places[word] = index } }
      for index in left.sorted() {
        guard let place = key(source[index]).lazy.compactMap({ places[$0] }).first, right.contains(place) else {
          continue
        }
        pairs.append((index, place))
        left.remove(index)
        right.remove(place)
      }
    }
    if !byPlace, left.count != 1 || right.count != 1 || !DevicePairing.isNameless(source, left, target, right) {
      gone = left.sorted()
      new = right.sorted()
      pairs.sort { $0.source < $1.source }
      return
    }
    for (index, place) in zip(left.sorted(), right.sorted()) {
      pairs.append((index, place))
      left.remove(index)
      right.remove(place)
    }
    gone = left.sorted()
    new = right.sorted()
    pairs.sort { $0.source < $1.source }
    isPositional = gone.isEmpty && new.isEmpty && pairs.allSatisfy { $0.source == $0.target }
  }

  /// One of a kind that has no name of any sort, as a panic device, is the same one.
  private static func isNameless(_ source: [Device], _ left: Set<Int>, _ target: [Device], _ right: Set<Int>) -> Bool {
    (left.map { source[$0] } + right.map { target[$0] }).allSatisfy {
      $0.id == nil && $0.naturalKeys.isEmpty && $0.slot == nil
    }
  }

  /// An id that only one side has says nothing: a definition printed for a running domain has others.
  private static func isSame(_ source: Device, _ target: Device) -> Bool {
    if let own = source.element.child("alias"), let theirs = target.element.child("alias"),
      !own.isSpelled(as: theirs), let one = source.id, let other = target.id, one != other
    {
      return false
    }
    return source.kind.identity.allSatisfy { key in
      key.paths.allSatisfy { source.element.hasSame($0, as: target.element) }
    } || source.naturalKeys == target.naturalKeys
  }
}
