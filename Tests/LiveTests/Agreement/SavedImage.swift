import CLibvirt
import Foundation
import Libvirt
import Vocabulary

/// libvirt's own guest-ABI check, asked without any guest: to change the definition inside a saved image, libvirt
/// holds the new one against the old one as it does for a restore (`qemuSaveImageUpdateDef`).
///
/// One connection with a file of its own; its calls block.
final class SavedImage {
  private let connection: OpaquePointer
  private let path: String

  /// Waits for a libvirtd that is just starting again.
  init(uri: String, path: String) throws {
    self.path = path
    let deadline = ContinuousClock.now + .seconds(60)
    while true {
      if let connection = virConnectOpen(uri) {
        self.connection = connection
        return
      }
      let error = SavedImage.lastError("virConnectOpen")
      if ContinuousClock.now > deadline { throw error }
      usleep(50_000)
    }
  }

  deinit { virConnectClose(connection) }

  /// The document of a domain that was defined with this one: every default filled in. Nothing of it stays.
  func defined(_ document: String) throws -> String {
    guard let domain = virDomainDefineXML(connection, document) else {
      throw SavedImage.lastError("virDomainDefineXML")
    }
    defer { virDomainFree(domain) }
    let text = try SavedImage.take(virDomainGetXMLDesc(domain, VIR_DOMAIN_XML_INACTIVE.rawValue), "virDomainGetXMLDesc")
    let flags = VIR_DOMAIN_UNDEFINE_NVRAM.rawValue | VIR_DOMAIN_UNDEFINE_TPM.rawValue
    guard virDomainUndefineFlags(domain, flags) == 0 else { throw SavedImage.lastError("virDomainUndefineFlags") }
    return text
  }

  /// The document as libvirt prints it once it has read it.
  func printed(_ document: String) throws -> String {
    try write(document)
    return try SavedImage.take(virDomainSaveImageGetXMLDesc(connection, path, 0), "virDomainSaveImageGetXMLDesc")
  }

  /// Throws where a guest that was saved as `source` may not be restored as `target`, or `target` is refused by itself.
  func check(_ source: String, _ target: String) throws {
    try write(source)
    // The same text would be taken without a look.
    guard virDomainSaveImageDefineXML(connection, path, target + "<!-- another -->", 0) == 0 else {
      throw SavedImage.lastError("virDomainSaveImageDefineXML")
    }
  }

  /// `virQEMUSaveHeader`: magic, version, length of the document, and nineteen more words that may be 0.
  private func write(_ document: String) throws {
    let text = Array(document.utf8)
    // The definition is changed in place: there must be room for one that is longer.
    let length = text.count + (1 << 16)
    var image = Data("LibvirtQemudSave".utf8)
    for word in [2, UInt32(length)] { withUnsafeBytes(of: word) { image.append(contentsOf: $0) } }
    image.append(Data(count: 17 * MemoryLayout<UInt32>.size))
    image.append(contentsOf: text)
    image.append(Data(count: length - text.count))
    try image.write(to: URL(filePath: path))
  }

  private static func take(_ text: UnsafeMutablePointer<CChar>?, _ function: String) throws -> String {
    guard let text else { throw lastError(function) }
    defer { free(text) }
    return String(cString: text)
  }

  private static func lastError(_ function: String) -> LibvirtError {
    let error = virGetLastError()
    return LibvirtError(
      code: .init(rawValue: error?.pointee.code ?? 0), domain: .init(rawValue: error?.pointee.domain ?? 0),
      message: error?.pointee.message.map { String(cString: $0) } ?? "no reason given", function: function)
  }
}
