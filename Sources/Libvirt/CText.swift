internal import Glibc
internal import Vocabulary

extension XMLText {
  /// The bytes of a C string that libvirt allocated, which is freed.
  init(taking text: UnsafeMutablePointer<CChar>) {
    defer { free(text) }
    self.init(UnsafeRawBufferPointer(start: text, count: strlen(text)))
  }

  /// Gives the bytes as a C string. C would read a document with a NUL byte as a shorter one: that is refused.
  func withCString<T>(
    for function: String, _ body: (UnsafePointer<CChar>) throws(LibvirtError) -> T
  ) throws(LibvirtError) -> T {
    guard !bytes.contains(0) else {
      throw LibvirtError(
        code: .xmlDetail, domain: .none, message: "the document holds a NUL byte", function: function)
    }
    var terminated = ContiguousArray<CChar>()
    terminated.reserveCapacity(bytes.count + 1)
    terminated.append(contentsOf: bytes.lazy.map { CChar(bitPattern: $0) })
    terminated.append(0)
    return try terminated.withUnsafeBufferPointer { (buffer) throws(LibvirtError) in
      guard let start = buffer.baseAddress else { throw .last(function) }
      return try body(start)
    }
  }
}

/// A C string that libvirt allocated, which is freed.
func string(taking text: UnsafeMutablePointer<CChar>) -> String {
  defer { free(text) }
  return String(cString: text)
}
