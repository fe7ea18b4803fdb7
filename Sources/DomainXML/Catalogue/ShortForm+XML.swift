package import Vocabulary

extension DeviceKind {
  /// The element that a short form stands for. `values` hold only keys of the short form, already checked.
  package func element(shortForm values: [(key: String, value: String)]) -> XMLText {
    var draft = ElementDraft(element)
    guard let shortForm else { return draft.xml }
    for constant in shortForm.constants { draft.set(constant.path, constant.value) }
    for field in shortForm.fields {
      guard let value = values.first(where: { $0.key == field.key })?.value else { continue }
      for implied in field.implies { draft.set(implied.path, implied.value) }
      if field.type == .flag {
        if value == "true" { draft.set(field.path, "") }
      } else {
        draft.set(field.path, field.type.normalised(value))
      }
    }
    return draft.xml
  }
}
