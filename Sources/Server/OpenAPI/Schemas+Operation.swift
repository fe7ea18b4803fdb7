import Control

extension Schemas {
  static let operation: [(name: String, schema: Schema)] = [
    (
      "OperationStatus",
      .object(
        .heading("OperationStatus"),
        [
          .must("id", .string), .must("domain", .string), .may("uuid", .form(.uuid)), .must("verb", .string),
          .may("generation", .count), .must("state", .words(["pending", "running", "waiting", "done", "superseded"])),
          .may("outcome", outcome), .may("exitCode", .number), .must("summary", .string),
          .may("startedAt", milliseconds), .may("endedAt", milliseconds), .may("report", .reference("Operation")),
        ])
    ),
    (
      "Operation",
      .object(
        .heading("Operation"),
        [
          .may("id", .count), .must("domain", .string), .may("uuid", .form(.uuid)), .must("verb", .string),
          .may("generation", .count), .may("startedAt", milliseconds), .may("endedAt", milliseconds),
          .must("outcome", outcome), .must("exitCode", .number), .must("summary", .string),
          .must("steps", .array(.reference("OperationStep"))), .must("refused", .array(.reference("Refusal"))),
          .must("drift", .array(.reference("Drift"))), .must("nextBoot", .array(.reference("Pending"))),
          .must("waiting", .array(.reference("Waiting"))), .must("notes", .array(.string)),
          .must("problems", .array(.reference("Fault"))),
        ])
    ),
    (
      "OperationStep",
      .object([
        .must("order", .number), .must("target", .reference("Target")), .may("kind", .string),
        .must("action", .string), .may("side", .string), .may("slot", .reference("Slot")), .must("call", .string),
        .must("reason", .string), .must("state", .string), .may("startedAt", milliseconds),
        .may("settledAt", milliseconds), .may("error", .string),
      ])
    ),
    (
      "Progress",
      .object([
        .must("sequence", .number), .must("domain", .string),
        .must("phase", .words(["begun", "done", "notDone", "unknown", "waiting", "skipped", "finished"])),
        .may("step", .reference("Step")), .may("duration", milliseconds), .may("message", .string),
        .may("report", .reference("Operation")),
      ])
    ),
    ("Fault", .object([.must("code", .string), .must("message", .string)], faultDetails)),
    (
      "Problem",
      .object(
        [
          .must("type", .string, "`urn:vmctl:problem:` and the code."), .must("title", .string),
          .must("status", .integer(400...599)), .must("detail", .string),
          .must("code", .string, "A stable word that programs may switch on."),
        ], faultDetails)
    ),
  ]

  private static let outcome = Schema.strings(Outcome.allCases)

  private static let faultDetails: [Schema.Field] = [
    .may("domain", .string), .may("device", .string), .may("path", .string), .may("wanted", .string),
    .may("found", .string), .may("remedy", .string, "The way out."),
    .may("underlying", .string, "What the layer below said, word for word."),
  ]
}
