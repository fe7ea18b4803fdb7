extension Schemas {
  static let plan: [(name: String, schema: Schema)] = [
    (
      "Plan",
      .object(
        .heading("Plan"),
        [
          .must("domain", .reference("DomainName")), .must("generation", .count),
          .must("summary", .reference("PlanSummary")), .must("steps", .array(.reference("Step"))),
          .must("placements", .array(.reference("Device"))), .must("refused", .array(.reference("Refusal"))),
          .must("drift", .array(.reference("Drift"))), .must("nextBoot", .array(.reference("Pending"))),
          .must("waiting", .array(.reference("Waiting"))), .must("notes", .array(.string)),
          .must("capacity", .map(.reference("Capacity"))), .must("unmanaged", .array(.reference("Device"))),
        ])
    ),
    ("Plans", .object([.must("items", .array(.reference("Plan")))])),
    (
      "PlanSummary",
      .object([
        .must("add", .count), .must("change", .count), .must("remove", .count), .must("nextBoot", .count),
        .must("refused", .count), .must("unchanged", .count),
      ])
    ),
    ("Capacity", .object([.must("free", .number), .must("needed", .number)])),
    (
      "Target",
      .object([
        .may("device", .string), .may("controller", .string), .may("setting", .string), .may("unlisted", .string),
        .may("power", .boolean), .may("domain", .boolean), .may("metadata", .boolean),
      ])
    ),
    (
      "Step",
      .object([
        .must("order", .number), .must("target", .reference("Target")), .may("kind", .string),
        .must("action", .string), .may("side", .string), .must("effect", .string), .may("slot", .reference("Slot")),
        .may("guestPath", .string), .must("call", .string), .may("xml", .string), .must("reason", .string),
        .may("changes", .array(.reference("Change"))), .may("waitsFor", .string),
      ])
    ),
    ("Change", .object([.must("path", .string), .may("from", .string), .must("to", .string)])),
    (
      "Refusal",
      .object([
        .may("target", .reference("Target")), .must("code", .string), .may("path", .string), .may("wanted", .string),
        .may("is", .string), .must("reason", .string), .may("wouldTake", .string),
      ])
    ),
    (
      "Drift",
      .object([
        .may("device", .string), .must("path", .string), .must("side", .string), .may("was", .string),
        .may("is", .string), .must("by", .string),
      ])
    ),
  ]
}
