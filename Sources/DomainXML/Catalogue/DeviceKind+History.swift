import Vocabulary

extension DeviceKind {
  /// R7: whether what is stated is anywhere below what the device stands on: a disk whose file is in the backing chain
  /// is the stated one, with a snapshot on top.
  package func stands(_ present: Element, on wanted: Element) -> Bool {
    guard let history else { return false }
    let sources = history.sources.filter { wanted.value(at: $0) != nil }
    guard !sources.isEmpty else { return false }
    var layer = present.element(at: history.layer)
    while let current = layer {
      let isStated = sources.allSatisfy { path in
        let form = field(at: path)?.form ?? .text
        return current.value(at: path).map(form.normalised) == wanted.value(at: path).map(form.normalised)
      }
      if isStated { return true }
      layer = current.element(at: history.layer)
    }
    return false
  }

  /// Whether a path is in a layer below the uppermost one.
  package func isLayer(_ path: FieldPath) -> Bool { history.map { path.isWithin($0.layer) } ?? false }

  /// Whether a path is in the element that says which block job works on the device.
  package func isOfJob(_ path: FieldPath) -> Bool { history.map { path.isWithin($0.job.element) } ?? false }

  /// Whether a path says, or follows from, which content the device has.
  package func isSource(_ path: FieldPath) -> Bool {
    history.map { $0.sources.contains(path) || $0.following.contains(path) } ?? false
  }
}
