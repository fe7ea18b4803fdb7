/// What a qcow2 image says of other files, read from its first bytes alone (QEMU's `docs/interop/qcow2.txt`).
struct QCOW2Header: Sendable, Equatable {
  enum Fault: Error, Equatable {
    case otherFormat
    case version(UInt32)
    /// A field leads outside the bytes that a header may have.
    case broken(String)
  }

  /// As written in it; what it means is relative to the image's folder.
  private(set) var backingFile: String?
  private(set) var backingFormat: String?
  /// Whether the guest's data is in another file.
  private(set) var hasDataFile = false
  private(set) var dataFile: String?

  /// The header with its extensions is within the first cluster: at most 2 MiB, and in any image that QEMU makes far
  /// less.
  static let bytesToRead = 64 << 10

  private static let dataFileBit: UInt64 = 1 << 2

  init(_ bytes: [UInt8]) throws(Fault) {
    guard bytes.count >= 72, bytes[0...3] == [0x51, 0x46, 0x49, 0xfb] else { throw .otherFormat }
    let version = UInt32(QCOW2Header.number(bytes, 4, 4))
    guard version == 2 || version == 3 else { throw .version(version) }
    let offset = QCOW2Header.number(bytes, 8, 8)
    let size = QCOW2Header.number(bytes, 16, 4)
    if offset != 0 {
      backingFile = try QCOW2Header.text(bytes, offset, size, "its backing file's name")
    }
    var position: UInt64 = 72
    if version == 3 {
      guard bytes.count >= 104 else { throw .broken("its header") }
      hasDataFile = QCOW2Header.number(bytes, 72, 8) & QCOW2Header.dataFileBit != 0
      position = QCOW2Header.number(bytes, 100, 4)
      guard position >= 104 else { throw .broken("its header's length") }
    }
    try readExtensions(bytes, from: position, to: offset == 0 ? UInt64(bytes.count) : offset)
  }

  private mutating func readExtensions(_ bytes: [UInt8], from start: UInt64, to end: UInt64) throws(Fault) {
    var position = start
    // Version 2 may have none and end with its header.
    while position + 8 <= min(end, UInt64(bytes.count)) {
      let type = QCOW2Header.number(bytes, Int(position), 4)
      let length = QCOW2Header.number(bytes, Int(position) + 4, 4)
      if type == 0 { return }
      switch type {
      case 0xe279_2aca: backingFormat = try QCOW2Header.text(bytes, position + 8, length, "its backing format")
      case 0x4441_5441:
        hasDataFile = true
        dataFile = try QCOW2Header.text(bytes, position + 8, length, "its data file's name")
      default: break
      }
      position += 8 + (length + 7) / 8 * 8
    }
  }

  private static func number(_ bytes: [UInt8], _ start: Int, _ count: Int) -> UInt64 {
    bytes[start..<start + count].reduce(0) { $0 << 8 | UInt64($1) }
  }

  private static func text(
    _ bytes: [UInt8], _ offset: UInt64, _ length: UInt64, _ what: String
  ) throws(Fault) -> String {
    // A name has at most 1023 bytes.
    guard length > 0, length <= 1023, offset <= UInt64(bytes.count), offset + length <= UInt64(bytes.count) else {
      throw .broken(what)
    }
    return String(decoding: bytes[Int(offset)..<Int(offset + length)], as: UTF8.self)
  }
}
