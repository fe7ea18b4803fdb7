internal import CLibvirt
package import Vocabulary

extension Connection {
  package func setMetadata(
    _ element: XMLText?, prefix: String, uri: String, of domain: DomainUUID, side: Side
  ) async throws(LibvirtError) {
    let function = "virDomainSetMetadata"
    try await call(on: domain) { (domain) throws(LibvirtError) in
      func set(_ text: UnsafePointer<CChar>?) throws(LibvirtError) {
        let type = CInt(VIR_DOMAIN_METADATA_ELEMENT.rawValue)
        try LibvirtError.check(virDomainSetMetadata(domain, type, text, prefix, uri, side.flag), function)
      }
      guard let element else { return try set(nil) }
      try element.withCString(for: function) { (text) throws(LibvirtError) in try set(text) }
    }
  }

  package func metadata(uri: String, of domain: DomainUUID, side: Side) async throws(LibvirtError) -> XMLText? {
    try await call(on: domain) { (domain) throws(LibvirtError) in
      let text = virDomainGetMetadata(domain, CInt(VIR_DOMAIN_METADATA_ELEMENT.rawValue), uri, side.flag)
      if let text { return XMLText(taking: text) }
      let error = LibvirtError.last("virDomainGetMetadata")
      guard error.code == .noDomainMetadata else { throw error }
      return nil
    }
  }
}
