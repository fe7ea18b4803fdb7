package import DomainXML
package import Vocabulary

/// What a drive's element becomes with another medium: for plans and for `vmctl eject`.
package enum PlanningMedia {
  /// The full element of the side with another medium, or none.
  package static func element(
    _ present: Device, with medium: String?, format: String?, _ rule: MediaRule
  ) -> XMLText {
    var draft = ElementDraft(present.element)
    for path in rule.sources { draft.removeElement(of: path) }
    draft.removeChildren(named: "backingStore")
    draft.removeAttribute(at: rule.tray)
    guard let medium else { return draft.xml }
    draft.set(rule.implies.path, rule.implies.value)
    if let format { draft.set(rule.format, format) }
    draft.set(rule.file, medium)
    return draft.xml
  }
}
