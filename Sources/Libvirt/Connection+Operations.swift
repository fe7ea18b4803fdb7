internal import CLibvirt
package import Vocabulary

extension Connection {
  package func updateSecurely(
    _ domain: DomainUUID, side: Side, _ change: @escaping @Sendable (XMLText) -> XMLText?
  ) async throws(LibvirtError) {
    let function = "virDomainUpdateDeviceFlags"
    try await call(on: domain) { (domain) throws(LibvirtError) in
      let inactive = side == .persistent ? VIR_DOMAIN_XML_INACTIVE.rawValue : 0
      let flags = VIR_DOMAIN_XML_SECURE.rawValue | inactive
      let text = XMLText(taking: try LibvirtError.check(virDomainGetXMLDesc(domain, flags), "virDomainGetXMLDesc"))
      guard let device = change(text) else {
        throw LibvirtError(
          code: .deviceMissing, domain: .none, message: "the \(side.rawValue) side has no such device",
          function: function)
      }
      try device.withCString(for: function) { (text) throws(LibvirtError) in
        try LibvirtError.check(virDomainUpdateDeviceFlags(domain, text, side.flag), function)
      }
    }
  }

  package func capacity(ofDisk target: String, of domain: DomainUUID) async throws(LibvirtError) -> UInt64 {
    try await call(on: domain) { (domain) throws(LibvirtError) in
      var info = virDomainBlockInfo()
      try LibvirtError.check(virDomainGetBlockInfo(domain, target, &info, 0), "virDomainGetBlockInfo")
      return info.capacity
    }
  }

  package func resize(disk target: String, of domain: DomainUUID, to bytes: UInt64) async throws(LibvirtError) {
    try await call(on: domain) { (domain) throws(LibvirtError) in
      let flags = VIR_DOMAIN_BLOCK_RESIZE_BYTES.rawValue
      try LibvirtError.check(virDomainBlockResize(domain, target, bytes, flags), "virDomainBlockResize")
    }
  }
}
