import Control

extension Schemas {
  static let upkeep: [(name: String, schema: Schema)] = [
    (
      "Examination",
      .object(
        .heading("Examination"),
        [.must("findings", .array(.reference("Finding"))), .must("worst", .strings(Finding.Severity.allCases))])
    ),
    (
      "Finding",
      .object([
        .must("severity", .strings(Finding.Severity.allCases)), .must("check", .string), .must("subject", .string),
        .must("message", .string), .may("remedy", .string), .may("underlying", .string),
      ])
    ),
    (
      "Backup",
      .object(
        .heading("Backup"),
        [.must("file", .string), .must("bytes", .count), .must("domains", .count), .must("schema", .count)])
    ),
    (
      "Readiness",
      .object([
        .must("isReady", .boolean), .must("reasons", .array(.string)), .must("managed", .count),
        .must("external", .count), .must("queued", .count),
      ])
    ),
    ("Health", .object([.must("status", .words(["ok"]))])),
  ]
}
