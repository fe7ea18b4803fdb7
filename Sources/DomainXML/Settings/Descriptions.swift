import Vocabulary

extension Setting {
  static let title = Setting(
    "title", .text, at: .field("title", absent: ""), by: .words(.title), fallback: "", summary: "a line for people")

  static let description = Setting(
    "description", .paragraphs, at: .field("description", absent: ""), by: .words(.description), fallback: "",
    summary: "a text for people")

  /// Elements of other programs: one for each namespace, and those that no document names stay as they are (B7).
  static let metadata = Setting(
    "metadata", .element, at: .namespace, by: .metadata,
    summary: "metadata elements of other programs, one for each namespace",
    note: "vmctl's own namespace is not a document's to set")
}
