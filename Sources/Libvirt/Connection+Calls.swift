internal import CLibvirt
package import Vocabulary

extension Connection {
  package func create(_ definition: XMLText) async throws(LibvirtError) -> DomainUUID {
    let function = "virDomainDefineXMLFlags"
    return try await call { (connection) throws(LibvirtError) in
      try definition.withCString(for: function) { (text) throws(LibvirtError) in
        let defined = virDomainDefineXMLFlags(connection, text, VIR_DOMAIN_DEFINE_VALIDATE.rawValue)
        return try DomainHandle(taking: try LibvirtError.check(defined, function)).uuid()
      }
    }
  }

  package func start(_ domain: DomainUUID) async throws(LibvirtError) {
    try await call(on: domain) { (domain) throws(LibvirtError) in
      try LibvirtError.check(virDomainCreate(domain), "virDomainCreate")
    }
  }

  package func shutdown(_ domain: DomainUUID) async throws(LibvirtError) {
    try await call(on: domain) { (domain) throws(LibvirtError) in
      let result = virDomainShutdownFlags(domain, VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN.rawValue)
      try LibvirtError.check(result, "virDomainShutdownFlags")
    }
  }

  package func destroy(_ domain: DomainUUID) async throws(LibvirtError) {
    try await call(on: domain) { (domain) throws(LibvirtError) in
      try LibvirtError.check(virDomainDestroy(domain), "virDomainDestroy")
    }
  }

  package func undefine(_ domain: DomainUUID, _ options: UndefineOptions) async throws(LibvirtError) {
    try await call(on: domain) { (domain) throws(LibvirtError) in
      try LibvirtError.check(virDomainUndefineFlags(domain, options.rawValue), "virDomainUndefineFlags")
    }
  }

  package func attach(_ device: XMLText, to domain: DomainUUID, side: Side) async throws(LibvirtError) {
    try await change(domain, by: device, "virDomainAttachDeviceFlags") { domain, text in
      virDomainAttachDeviceFlags(domain, text, side.flag)
    }
  }

  package func detach(_ device: XMLText, from domain: DomainUUID, side: Side) async throws(LibvirtError) {
    try await change(domain, by: device, "virDomainDetachDeviceFlags") { domain, text in
      virDomainDetachDeviceFlags(domain, text, side.flag)
    }
  }

  package func detach(alias: String, from domain: DomainUUID, side: Side) async throws(LibvirtError) {
    try await call(on: domain) { (domain) throws(LibvirtError) in
      let result = virDomainDetachDeviceAlias(domain, alias, side.flag)
      try LibvirtError.check(result, "virDomainDetachDeviceAlias")
    }
  }

  package func update(_ device: XMLText, of domain: DomainUUID, side: Side, force: Bool) async throws(LibvirtError) {
    let flags = side.flag | (force ? VIR_DOMAIN_DEVICE_MODIFY_FORCE.rawValue : 0)
    try await change(domain, by: device, "virDomainUpdateDeviceFlags") { domain, text in
      virDomainUpdateDeviceFlags(domain, text, flags)
    }
  }

  private func change(
    _ domain: DomainUUID, by device: XMLText, _ function: String,
    _ body: @escaping @Sendable (OpaquePointer, UnsafePointer<CChar>) -> CInt
  ) async throws(LibvirtError) {
    try await call(on: domain) { (domain) throws(LibvirtError) in
      try device.withCString(for: function) { (text) throws(LibvirtError) in
        try LibvirtError.check(body(domain, text), function)
      }
    }
  }
}
