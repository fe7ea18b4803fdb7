/// The fingerprint of a guest's hardware: what `vmctl abi fingerprint` prints.
package struct FingerprintDocument: Sendable, Codable, Hashable {
  package var apiVersion = "vmctl/v1"
  package var kind = "ABIFingerprint"
  package let file: String
  /// Fingerprints of two versions are not comparable.
  package let projection: Int
  /// `sha256:…`
  package let fingerprint: String
  /// What it is the digest of; only where that was asked for.
  package let lines: [String]?

  package init(file: String, projection: Int, fingerprint: String, lines: [String]?) {
    self.file = file
    self.projection = projection
    self.fingerprint = fingerprint
    self.lines = lines
  }
}
