/// Two domain documents as libvirt returned them, to be compared as the guest sees them.
package struct ABICompareRequest: Sendable, Codable, Hashable {
  package let source: String
  package let target: String
  /// As the rules of this libvirt: `9.0`; `nil` for the newest known.
  package var libvirt: String?

  package init(source: String, target: String, libvirt: String? = nil) {
    self.source = source
    self.target = target
    self.libvirt = libvirt
  }
}
