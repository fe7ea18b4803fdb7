import Control

extension Schemas {
  static let requests: [(name: String, schema: Schema)] = [
    (
      "VerbBody",
      .object([
        .may("device", .form(.nonEmpty)),
        .may("timeout", .form(.duration), "How long the guest is waited for."),
        .may("force", .boolean), .may("ifPending", .boolean), .may("size", .integer(1...Int64.max), "In bytes."),
        .may("removals", .array(.form(.nonEmpty))), .may("reassert", .boolean), .may("grow", .boolean),
      ])
    ),
    ("ProtectBody", .object([.may("device", .form(.nonEmpty), "Instead of the domain.")])),
    (
      "PasswordBody",
      .object([
        .may("screen", .form(.nonEmpty), "The type of screen: `vnc`, `spice`."), .must("password", .string),
      ])
    ),
    (
      "ReconcileRequest",
      .object([
        .may("domains", .array(.form(.domainReference))), .may("documents", .array(.reference("GivenDocument"))),
        .may("all", .boolean), .may("removals", .array(.form(.nonEmpty))), .may("reassert", .boolean),
        .may("grow", .boolean), .may("timeout", timeout), .may("isDetached", .boolean),
      ])
    ),
    (
      "GivenDocument",
      .oneOf([
        .object([.must("name", .string), .must("text", .string)]),
        .object([.must("name", .string), .must("bytes", .array(.integer(0...255)))]),
      ])
    ),
    (
      "VerbRequest",
      .object([
        .must("verb", .strings(VerbRequest.Verb.allCases)), .must("domain", .form(.domainReference)),
        .may("device", .form(.nonEmpty)), .may("timeout", timeout), .may("force", .boolean),
        .may("ifPending", .boolean), .may("remains", .reference("Remains")), .may("size", .integer(1...Int64.max)),
        .may("secret", .string),
      ])
    ),
    (
      "Remains",
      .object(["nvram", "tpm", "savedImage", "snapshots"].map { .may($0, .strings(VerbRequest.Fate.allCases)) })
    ),
    ("DomainNames", .object([.may("names", .array(.form(.domainReference)), "Empty: all.")])),
    (
      "ABICompareRequest",
      .object([
        .must("source", .string), .must("target", .string),
        .may("libvirt", .form(.version), "As the rules of this libvirt; the newest known where it is not there."),
      ])
    ),
    (
      "HostCheckRequest",
      .object([
        .may("domains", .array(.form(.domainReference))), .may("isStored", .boolean),
        .must("host", .array(.reference("HostSource"))), .may("from", .array(.reference("HostSource"))),
      ])
    ),
    (
      "HostSource",
      .oneOf([
        .object([.must("name", .string), .must("text", .string)]),
        .object([.must("name", .string), .must("bytes", .array(.integer(0...255)))]),
        .object([.must("uri", .form(.nonEmpty), "Needs the scope admin: a libvirt URI can name a program to run.")]),
      ])
    ),
    ("CaptureRequest", .object([.may("machines", .array(.form(.nonEmpty)))])),
    (
      "BackupRequest",
      .object([.must("file", .form(.absolutePath), "On the host of the daemon."), .may("overwriting", .boolean)])
    ),
  ]

  /// Milliseconds.
  private static let timeout = Schema.integer(0...3_600_000_000)
}
