import Vocabulary

/// A place in a device's element that libvirt fills in when the domain starts, for that run.
package struct RunTimeField: Sendable {
  package let path: FieldPath
  package let when: Condition?
  /// A document or a definition may state it too: then it is theirs and not libvirt's.
  package let mayBeStated: Bool

  package init(_ path: FieldPath, when: Condition? = nil, mayBeStated: Bool = false) {
    self.path = path
    self.when = when
    self.mayBeStated = mayBeStated
  }

  fileprivate func holds(for element: Element) -> Bool { when?.holds(for: element, libvirt: nil) ?? true }
}

extension DeviceKind {
  /// The element of a running domain as it would be stated: without what holds for this run only.
  package func withoutRunTime(_ running: DomainDocument) throws(XMLFault) -> DomainDocument {
    let root = running.root
    var edit = Edit(running)
    for field in restated where field.when.holds(for: root, libvirt: nil) {
      if let name = field.path.attributeName, let element = root.element(at: field.path) {
        edit.set(name, to: field.value, on: element)
      }
    }
    for field in runTime where !field.mayBeStated && field.holds(for: root) {
      guard let element = root.element(at: field.path) else { continue }
      if let name = field.path.attributeName {
        edit.removeAttribute(name, of: element)
      } else {
        edit.remove(element)
      }
    }
    return try edit.apply()
  }

  /// Whether what a running device has at a path, and its definition not so, is libvirt's own filling-in. What the
  /// definition has there (`defined`) is a placeholder (`port='-1'`) where it leaves the choice to libvirt under the
  /// same condition.
  package func isRunTime(
    _ path: FieldPath, of running: Element, defined: String?, in definition: Element?
  ) -> Bool {
    runTime.contains { field in
      guard path.isWithin(field.path), field.holds(for: running) else { return false }
      if defined == nil || defined == "" { return true }
      return !field.mayBeStated && field.when != nil && definition.map(field.holds) ?? false
    }
  }
}
