extension Element {
  /// Whether everything that `wanted` states stands here, spelled the same: attributes, texts, and children of one
  /// name in their order. What `wanted` leaves out does not count. `false` says only that a closer look is needed:
  /// libvirt has its own spelling of many values.
  package func states(_ wanted: Element) -> Bool {
    for attribute in wanted.attributeRecords {
      guard let own = counterpart(of: attribute, in: wanted), !own.escaped, !attribute.escaped,
        own.valueLength == attribute.valueLength,
        equal(Int(own.value), to: Int(attribute.value), in: wanted, count: Int(own.valueLength))
      else { return false }
    }
    guard wanted.hasChildren else { return statesText(of: wanted) }
    // Counting places among siblings is quadratic; elements of devices have few children.
    var count = 0
    for child in wanted.children {
      count += 1
      guard count <= 16, let own = counterpart(of: child, in: wanted), own.states(child) else { return false }
    }
    return true
  }

  private func statesText(of wanted: Element) -> Bool {
    let text = wanted.plainText
    if text.isEmpty { return !wanted.containsMarkup }
    if wanted.containsMarkup || containsMarkup || hasChildren { return false }
    let own = plainText
    return own.count == text.count
      && equal(own.lowerBound, to: text.lowerBound, in: wanted, count: own.count)
  }

  /// The content without white space around it.
  private var plainText: Range<Int> {
    var range = contentRange
    while let first = range.first, isWhiteSpace(storage.bytes[first]) { range = range.dropFirst() }
    while let last = range.last, isWhiteSpace(storage.bytes[last]) { range = range.dropLast() }
    return range
  }

  /// Whether the content is more than plain characters.
  private var containsMarkup: Bool {
    storage.bytes[contentRange].contains { $0 == UInt8(ascii: "&") || $0 == UInt8(ascii: "<") }
  }

  private func counterpart(of attribute: AttributeRecord, in wanted: Element) -> AttributeRecord? {
    attributeRecords.first { own in
      own.nameLength == attribute.nameLength
        && equal(Int(own.name), to: Int(attribute.name), in: wanted, count: Int(own.nameLength))
    }
  }

  /// The child here that stands at the same place among its namesakes.
  private func counterpart(of child: Element, in wanted: Element) -> Element? {
    var place = 0
    for sibling in wanted.children {
      if sibling.index == child.index { break }
      if sibling.hasName(of: child) { place += 1 }
    }
    for own in children where own.hasName(of: child) {
      if place == 0 { return own }
      place -= 1
    }
    return nil
  }

  private func hasName(of other: Element) -> Bool {
    let length = nameEnd - range.lowerBound
    return length == other.nameEnd - other.range.lowerBound
      && equal(range.lowerBound, to: other.range.lowerBound, in: other, count: length)
  }

  private func equal(_ start: Int, to otherStart: Int, in other: Element, count: Int) -> Bool {
    storage.bytes.withUnsafeBufferPointer { own in
      other.storage.bytes.withUnsafeBufferPointer { theirs in
        for offset in 0..<count where own[start + offset] != theirs[otherStart + offset] { return false }
        return true
      }
    }
  }
}
