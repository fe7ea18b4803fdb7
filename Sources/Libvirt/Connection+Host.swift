internal import CLibvirt
internal import Glibc
package import Vocabulary

extension Connection {
  package func host() async throws(LibvirtError) -> HostDescription {
    try await call { (connection) throws(LibvirtError) in
      var daemon: UInt = 0
      var hypervisor: UInt = 0
      try LibvirtError.check(virConnectGetLibVersion(connection, &daemon), "virConnectGetLibVersion")
      try LibvirtError.check(virConnectGetVersion(connection, &hypervisor), "virConnectGetVersion")
      let uri = try LibvirtError.check(virConnectGetURI(connection), "virConnectGetURI")
      let hostname = try LibvirtError.check(virConnectGetHostname(connection), "virConnectGetHostname")
      let capabilities = try Connection.capabilities(connection)
      guard let uuid = HostUUID(inCapabilities: capabilities) else {
        throw LibvirtError(
          code: .internalError, domain: .none, message: "the capabilities state no host UUID",
          function: "virConnectGetCapabilities")
      }
      return HostDescription(
        uri: string(taking: uri), hostname: string(taking: hostname), uuid: uuid,
        libvirtVersion: Version(number: UInt64(daemon)), hypervisorVersion: Version(number: UInt64(hypervisor)))
    }
  }

  package func capabilities() async throws(LibvirtError) -> XMLText {
    try await call { (connection) throws(LibvirtError) in try Connection.capabilities(connection) }
  }

  private static func capabilities(_ connection: OpaquePointer) throws(LibvirtError) -> XMLText {
    XMLText(taking: try LibvirtError.check(virConnectGetCapabilities(connection), "virConnectGetCapabilities"))
  }

  package func domainCapabilities(_ query: DomainCapabilitiesQuery) async throws(LibvirtError) -> XMLText {
    try await call { (connection) throws(LibvirtError) in
      let text = virConnectGetDomainCapabilities(
        connection, query.emulator, query.architecture, query.machine, query.virtType, 0)
      return XMLText(taking: try LibvirtError.check(text, "virConnectGetDomainCapabilities"))
    }
  }

  package func baseline(
    _ cpu: XMLText, _ query: DomainCapabilitiesQuery, expanded: Bool
  ) async throws(LibvirtError) -> XMLText {
    let function = "virConnectBaselineHypervisorCPU"
    let flags: UInt32 = expanded ? VIR_CONNECT_BASELINE_CPU_EXPAND_FEATURES.rawValue : 0
    return try await call { (connection) throws(LibvirtError) in
      try cpu.withCString(for: function) { (text) throws(LibvirtError) in
        var cpus: [UnsafePointer<CChar>?] = [text]
        let found = cpus.withUnsafeMutableBufferPointer { cpus in
          virConnectBaselineHypervisorCPU(
            connection, query.emulator, query.architecture, query.machine, query.virtType, cpus.baseAddress, 1, flags)
        }
        return XMLText(taking: try LibvirtError.check(found, function))
      }
    }
  }

  package func networks() async throws(LibvirtError) -> [NetworkSummary] {
    try await call { (connection) throws(LibvirtError) in
      var list: UnsafeMutablePointer<OpaquePointer?>?
      let count = virConnectListAllNetworks(connection, &list, 0)
      if count < 0 {
        let error = LibvirtError.last("virConnectListAllNetworks")
        guard error.code == .noSupport else { throw error }
        return []
      }
      let networks = UnsafeBufferPointer(start: list, count: Int(count)).compactMap { $0 }
      defer {
        for network in networks { virNetworkFree(network) }
        free(list)
      }
      var summaries: [NetworkSummary] = []
      for network in networks {
        let name = String(cString: try LibvirtError.check(virNetworkGetName(network), "virNetworkGetName"))
        let isActive = virNetworkIsActive(network)
        // A network may end between the list and the question.
        if isActive >= 0 { summaries.append(NetworkSummary(name: name, isActive: isActive == 1)) }
      }
      return summaries
    }
  }

  package func nativeCommandLine(for definition: XMLText) async throws(LibvirtError) -> XMLText {
    let function = "virConnectDomainXMLToNative"
    return try await call { (connection) throws(LibvirtError) in
      try definition.withCString(for: function) { (text) throws(LibvirtError) in
        let line = virConnectDomainXMLToNative(connection, "qemu-argv", text, 0)
        return XMLText(taking: try LibvirtError.check(line, function))
      }
    }
  }
}

extension HostUUID {
  /// `<host><uuid>` is the first `<uuid>` of the document in every version of libvirt (`virCapabilitiesFormatXML`).
  /// This room reads no more XML than this; the document goes out whole.
  init?(inCapabilities text: XMLText) {
    let opening = Array("<uuid>".utf8)
    guard let start = text.bytes.firstRange(of: opening)?.upperBound, text.bytes.count >= start + 36
    else { return nil }
    self.init(String(decoding: text.bytes[start..<start + 36], as: UTF8.self))
  }
}
