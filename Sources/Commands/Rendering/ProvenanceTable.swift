import Control
import Vocabulary

/// Who chose what, and when: one line a value.
enum ProvenanceTable {
  static func lines(
    _ values: [ProvenanceDocument.Value], _ paint: Paint, _ width: Int?, localTime: (Int64) -> String
  ) -> [String] {
    var table = Table([
      .init("DEVICE"), .init("FIELD"), .init("SIDE"), .init("VALUE", shrinks: true), .init("BY"), .init("STEP"),
      .init("WHEN"),
    ])
    for value in values {
      table.add(
        [
          .init(value.device ?? value.kind, value.device == nil ? .faint : .strong), .init(value.path),
          .init(value.side?.rawValue), .init(value.value.isEmpty ? "present" : value.value), .init(author(value)),
          .init(step(value)), .init(value.at.map(localTime), .faint),
        ], details: value.why.map { ["  " + paint(.faint, "# " + printable($0))] } ?? [])
    }
    return table.lines(paint, width: width)
  }

  private static func author(_ value: ProvenanceDocument.Value) -> String {
    guard value.by == .document, let generation = value.generation else { return value.by.rawValue }
    return "document, generation \(generation)"
  }

  private static func step(_ value: ProvenanceDocument.Value) -> String? {
    guard let operation = value.operation else { return nil }
    return value.step.map { "\(operation).\($0)" } ?? String(operation)
  }
}
