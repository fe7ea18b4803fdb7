extension Element {
  /// Whether everything that `wanted` states stands here, spelled the same: attributes, texts, and children of one
  /// name in their order. What `wanted` leaves out does not count. `false` says only that a closer look is needed:
  /// libvirt has its own spelling of many values.
  package func states(_ wanted: Element) -> Bool {
    storage.bytes.withUnsafeBufferPointer { own in
      wanted.storage.bytes.withUnsafeBufferPointer { theirs in
        Comparison(own: storage, ownBytes: own, wanted: wanted.storage, wantedBytes: theirs)
          .states(Int(index), Int(wanted.index))
      }
    }
  }
}

/// Compares two indexed texts by their bytes: nothing is decoded or copied. It runs for every device of every plan.
private struct Comparison {
  let own: DomainDocument.Storage
  let ownBytes: UnsafeBufferPointer<UInt8>
  let wanted: DomainDocument.Storage
  let wantedBytes: UnsafeBufferPointer<UInt8>

  /// Counting places among siblings is quadratic; elements of devices have few children.
  private static let mostChildren = 16

  func states(_ index: Int, _ wantedIndex: Int) -> Bool {
    let record = own.elements[index]
    let wantedRecord = wanted.elements[wantedIndex]
    let first = Int(wantedRecord.firstAttribute)
    for place in first..<first + Int(wantedRecord.attributeCount) where !hasAttribute(record, wanted.attributes[place])
    {
      return false
    }
    var child = wantedIndex + 1
    let end = Int(wantedRecord.subtreeEnd)
    if child == end { return statesText(record, wantedRecord) }
    var count = 0
    while child < end {
      count += 1
      guard count <= Comparison.mostChildren,
        let counterpart = counterpart(of: child, behind: wantedIndex, in: index), states(counterpart, child)
      else { return false }
      child = Int(wanted.elements[child].subtreeEnd)
    }
    return true
  }

  private func hasAttribute(_ record: ElementRecord, _ attribute: AttributeRecord) -> Bool {
    let first = Int(record.firstAttribute)
    for place in first..<first + Int(record.attributeCount) {
      let candidate = own.attributes[place]
      guard candidate.nameLength == attribute.nameLength,
        equal(Int(candidate.name), Int(attribute.name), count: Int(attribute.nameLength))
      else { continue }
      return !candidate.escaped && !attribute.escaped && candidate.valueLength == attribute.valueLength
        && equal(Int(candidate.value), Int(attribute.value), count: Int(attribute.valueLength))
    }
    return false
  }

  private func statesText(_ record: ElementRecord, _ wantedRecord: ElementRecord) -> Bool {
    guard let text = plainText(wantedRecord, wantedBytes) else { return false }
    if text.isEmpty { return true }
    guard let own = plainText(record, ownBytes), own.count == text.count else { return false }
    return equal(own.lowerBound, text.lowerBound, count: own.count)
  }

  /// The content without white space around it; `nil` where it is more than plain characters.
  private func plainText(_ record: ElementRecord, _ bytes: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
    var (start, end) = (Int(record.openEnd), Int(record.closeStart))
    while start < end, isWhiteSpace(bytes[start]) { start += 1 }
    while start < end, isWhiteSpace(bytes[end - 1]) { end -= 1 }
    for position in start..<end where bytes[position] == UInt8(ascii: "&") || bytes[position] == UInt8(ascii: "<") {
      return nil
    }
    return start..<end
  }

  /// The child of our own that stands at the same place among its namesakes.
  private func counterpart(of child: Int, behind parent: Int, in index: Int) -> Int? {
    var place = 0
    var sibling = parent + 1
    while sibling < child {
      if haveOneName(wanted.elements[sibling], wantedBytes, wanted.elements[child]) { place += 1 }
      sibling = Int(wanted.elements[sibling].subtreeEnd)
    }
    var candidate = index + 1
    let end = Int(own.elements[index].subtreeEnd)
    while candidate < end {
      if haveOneName(own.elements[candidate], ownBytes, wanted.elements[child]) {
        if place == 0 { return candidate }
        place -= 1
      }
      candidate = Int(own.elements[candidate].subtreeEnd)
    }
    return nil
  }

  private func haveOneName(
    _ record: ElementRecord, _ bytes: UnsafeBufferPointer<UInt8>, _ wantedRecord: ElementRecord
  ) -> Bool {
    guard record.nameLength == wantedRecord.nameLength else { return false }
    let (start, other) = (Int(record.start) + 1, Int(wantedRecord.start) + 1)
    for offset in 0..<Int(record.nameLength) where bytes[start + offset] != wantedBytes[other + offset] { return false }
    return true
  }

  private func equal(_ start: Int, _ other: Int, count: Int) -> Bool {
    for offset in 0..<count where ownBytes[start + offset] != wantedBytes[other + offset] { return false }
    return true
  }
}
