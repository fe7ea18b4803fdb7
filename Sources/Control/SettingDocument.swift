/// What libvirt and the guest do with one setting of a domain: what `vmctl explain` prints.
package struct SettingDocument: Sendable, Codable, Hashable {
  package var apiVersion = "vmctl/v1"
  package var kind = "Setting"
  /// The key under `spec`.
  package let name: String
  package let summary: String
  /// What a document may say.
  package let values: String
  /// The C function that sets it.
  package let call: String
  package let live: KindDocument.Answer
  package let persistent: KindDocument.Answer
  /// When a running domain's guest has to do it: `never`, `when lowered` or `always`.
  package let needsGuest: String
  /// Whether `null` puts libvirt's default back.
  package let mayBeNull: Bool
  package let note: String?

  package init(
    name: String, summary: String, values: String, call: String, live: KindDocument.Answer,
    persistent: KindDocument.Answer, needsGuest: String, mayBeNull: Bool, note: String?
  ) {
    self.name = name
    self.summary = summary
    self.values = values
    self.call = call
    self.live = live
    self.persistent = persistent
    self.needsGuest = needsGuest
    self.mayBeNull = mayBeNull
    self.note = note
  }
}
