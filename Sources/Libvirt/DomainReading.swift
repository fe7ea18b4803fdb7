internal import Vocabulary

/// Both documents of a domain, read one after the other.
struct DomainReading: Sendable {
  private let uuid: DomainUUID
  private let name: String
  private let id: Int?
  private let live: XMLText?
  /// libvirt returns one for a transient domain too, which is none (T19).
  private let inactive: XMLText

  init(_ domain: borrowing DomainHandle) throws(LibvirtError) {
    uuid = try domain.uuid()
    name = try domain.name()
    id = domain.id
    live = id == nil ? nil : try domain.xml()
    inactive = try domain.xml(.inactive)
  }

  /// Whether the documents are of the run, or the rest, that the domain was found in after they were read.
  func agrees(with standing: Standing) -> Bool {
    (standing.state == .shutOff) == (id == nil) && live?.runID == id
  }

  func observation(_ standing: Standing) -> Observation {
    Observation(
      uuid: uuid, name: name, id: id, state: standing.state, stopReason: standing.stopReason,
      isPersistent: standing.isPersistent, hasManagedSave: standing.hasManagedSave,
      live: live,
      persistent: standing.isPersistent ? inactive : nil)
  }
}

extension XMLText {
  /// The `id` of the root element, which libvirt prints for a live definition only: `<domain type='qemu' id='3'>`.
  fileprivate var runID: Int? {
    let root = bytes.prefix { $0 != UInt8(ascii: ">") }
    guard let start = root.firstRange(of: Array(" id='".utf8))?.upperBound else { return nil }
    return Int(String(decoding: root[start...].prefix { $0 != UInt8(ascii: "'") }, as: UTF8.self))
  }
}
