import Vocabulary

extension DeviceKind {
  /// `<tpm>`: a trusted platform module.
  package static let tpm = DeviceKind(
    name: "tpm",
    summary: "a trusted platform module",
    sees: "a TPM, with what the guest sealed in it",
    attach: definedOnly("tpm"),
    detach: definedOnly("tpm"))
}
