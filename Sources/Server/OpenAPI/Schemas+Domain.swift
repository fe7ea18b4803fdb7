import Control

extension Schemas {
  static let domain: [(name: String, schema: Schema)] = [
    (
      "Condition",
      .object([
        .must("type", .string), .must("status", .words(["True", "False", "Unknown"])), .must("reason", .string),
        .must("message", .string),
        .may("since", milliseconds, "Milliseconds since 1970."),
        .may("observedGeneration", .count), .must("reasons", .array(.reference("Reason"))),
      ])
    ),
    ("Reason", .object([.must("reason", .string), .must("message", .string)])),
    (
      "DomainItem",
      .object([
        .must("name", .string), .must("uuid", .form(.uuid)), .must("state", .string), .must("isManaged", .boolean),
        .must("labels", .map(.string)), .may("role", .string), .may("generation", .count),
        .may("observedGeneration", .count), .must("conditions", .array(.reference("Condition"))),
      ])
    ),
    (
      "DomainList",
      .object(
        .heading("DomainList"),
        [.must("items", .array(.reference("DomainItem"))), .may("next", .string, "To be given as `after`.")])
    ),
    ("Domain", .object(domainFields, [.may("intent", .reference("Document"))])),
    ("DomainReport", .object(domainFields)),
    ("Document", .object([.must("source", .string), .must("text", .string)])),
    ("DomainReports", .object([.must("items", .array(.reference("DomainReport")))])),
    (
      "Event",
      .object([
        .must("id", .string),
        .must("type", .words(["intent", "progress", "operation", "conditions", "domain", "resync"])),
        .must("at", milliseconds), .may("domain", .string), .may("uuid", .form(.uuid)), .may("generation", .count),
        .may("state", .string), .may("progress", .reference("Progress")),
        .may("operation", .reference("OperationStatus")), .may("conditions", .array(.reference("Condition"))),
      ])
    ),
    (
      "Revision",
      .object([
        .must("side", side), .must("number", .count), .must("digest", .string), .must("recordedAt", milliseconds),
        .must("origin", .string), .may("operation", .count), .must("libvirt", .string), .must("hypervisor", .string),
      ])
    ),
    (
      "History",
      .object(
        .heading("History"),
        [
          .must("operations", .array(.reference("Operation"))), .must("revisions", .array(.reference("Revision"))),
        ])
    ),
    ("DomainName", .object([.must("name", .string), .may("uuid", .form(.uuid))])),
    (
      "Differences",
      .object(
        .heading("Differences"),
        [
          .must("domain", .reference("DomainName")), .may("generation", .count), .must("sides", .array(side)),
          .must("differences", .array(.reference("Difference"))),
        ])
    ),
    (
      "Difference",
      .object([
        .may("device", .string), .must("kind", .string), .may("key", .string), .may("path", .string),
        .may("wanted", .string), .may("live", .string), .may("persistent", .string),
        .must("notAsWanted", .array(side)), .must("by", .strings(DifferenceDocument.Author.allCases)),
        .may("why", .string),
      ])
    ),
    (
      "Provenance",
      .object(
        .heading("Provenance"),
        [
          .must("domain", .reference("DomainName")), .may("generation", .count),
          .must("values", .array(.reference("ProvenanceValue"))),
        ])
    ),
    (
      "ProvenanceValue",
      .object([
        .may("device", .string), .must("kind", .string), .must("path", .string), .may("side", side),
        .must("value", .string), .must("by", .strings(ProvenanceDocument.Author.allCases)), .may("why", .string),
        .may("generation", .count), .may("operation", .count), .may("step", .count), .may("at", milliseconds),
      ])
    ),
    (
      "Adoption",
      .object(
        .heading("Adoption"),
        [.must("document", .string), .must("plan", .reference("Plan")), .must("withoutID", .count)])
    ),
  ]

  private static let domainFields: [Schema.Field] =
    .heading("Domain") + [
      .must("name", .string), .must("uuid", .form(.uuid)), .must("state", .string), .must("isManaged", .boolean),
      .must("isPersistent", .boolean), .may("machine", .string), .may("generation", .count),
      .may("observedGeneration", .count), .must("isProtected", .boolean), .must("isSuspended", .boolean),
      .must("labels", .map(.string)), .may("role", .string), .must("conditions", .array(.reference("Condition"))),
      .must("devices", .array(.reference("Device"))), .must("pending", .array(.reference("Pending"))),
      .must("waiting", .array(.reference("Waiting"))),
    ]
}
