import Control
import Store
import Vocabulary

/// What was changed of a definition since the domain started last: the suspects when it does not start any more, and
/// the way back.
struct StartFailure {
  let changes: [StepRow]
  /// The document that held when it started.
  let generation: Generation?

  /// Reads the journal. Empty where the domain never started.
  static func read(
    _ store: RecordStore, _ key: DomainKey, lastGoodStart: Timestamp?
  ) async throws(StoreError) -> StartFailure {
    guard let lastGoodStart else { return StartFailure(changes: [], generation: nil) }
    let changes = try await store.doneSteps(of: key).filter { step in
      step.side == .persistent && ["attach", "detach", "update", "set"].contains(step.action)
        && (step.settledAt ?? step.startedAt).map { $0 >= lastGoodStart } ?? false
    }
    let operations = try await store.operations(of: key)
    let before = operations.first { $0.startedAt <= lastGoodStart && $0.generation != nil }
    return StartFailure(
      changes: changes.sorted { ($0.operation.number, $0.order) < ($1.operation.number, $1.order) },
      generation: before?.generation)
  }

  /// `attach data, update lan`
  var words: String {
    var words: [String] = []
    for step in changes {
      let word = "\(step.action) \(step.target.document.name)"
      if !words.contains(word) { words.append(word) }
    }
    return words.joined(separator: ", ")
  }

  /// The command that takes the changes back.
  func undo(_ domain: String) -> String? {
    guard !changes.isEmpty, let generation else { return nil }
    return "vmctl show \(domain) --document --generation \(generation) | vmctl reconcile -f -"
  }
}
