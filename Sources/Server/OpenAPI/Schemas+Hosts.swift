import Control

extension Schemas {
  static let hosts: [(name: String, schema: Schema)] = [
    (
      "ABIComparison",
      .object(
        .heading("ABIComparison"),
        [
          .must("verdict", .strings(ABIReport.Verdict.allCases)), .must("findings", .array(.reference("ABIFinding"))),
        ])
    ),
    (
      "ABIFinding",
      .object([
        .must("path", .string), .must("rule", .string), .may("source", .string), .may("target", .string),
        .must("tier", .words(["libvirt", "volatile", "guest"])), .must("why", .string),
      ])
    ),
    (
      "HostCapture",
      .object(
        .heading("HostCapture"),
        [
          .must("uri", .string), .must("hostname", .string), .must("host", .form(.uuid)),
          .must("libvirt", .form(.version)), .must("hypervisor", .form(.version)), .must("capturedAt", milliseconds),
          .must("capabilities", .string), .must("domainCapabilities", .array(.string)),
          .must("processors", .array(.reference("Processors"))), .may("folders", .map(.map(.count))),
        ])
    ),
    (
      "Processors",
      .object([
        .must("architecture", .string), .must("virtType", .string), .must("blockers", .map(.array(.string))),
        .may("features", .array(.string)),
      ])
    ),
    (
      "HostSnapshot",
      .object(
        .heading("HostSnapshot"),
        [
          .must("hostname", .string), .must("host", .form(.uuid)), .must("libvirt", .form(.version)),
          .must("hypervisor", .form(.version)), .must("takenAt", milliseconds),
          .may("offer", .reference("HostCapture")), .must("domains", .array(.reference("SnapshotDomain"))),
        ])
    ),
    (
      "SnapshotDomain",
      .object([
        .must("name", .string), .must("uuid", .form(.uuid)), .must("state", .string),
        .must("fingerprints", .map(.string)), .may("live", .string), .may("persistent", .string),
      ])
    ),
    (
      "HostCheck",
      .object(
        .heading("HostCheck"),
        [
          .must("verdict", .strings(HostCheckReport.Verdict.allCases)), .must("host", .reference("Host")),
          .may("from", .reference("Host")), .must("counts", .map(.count)),
          .must("guests", .array(.reference("CheckedGuest"))),
        ])
    ),
    (
      "Host",
      .object([
        .must("name", .string), .may("libvirt", .form(.version)), .may("hypervisor", .form(.version)),
      ])
    ),
    (
      "CheckedGuest",
      .object([
        .must("name", .string), .may("uuid", .form(.uuid)), .must("form", .string), .may("snapshot", .string),
        .must("verdict", .strings(HostCheckReport.Verdict.allCases)),
        .must("findings", .array(.reference("HostFinding"))),
      ])
    ),
    (
      "HostFinding",
      .object([
        .must("consequence", .string), .must("path", .string), .must("wanted", .string), .may("offered", .string),
        .must("why", .string), .may("remedy", .string),
      ])
    ),
    (
      "HostVerification",
      .object(
        .heading("HostVerification"),
        [
          .must("verdict", .strings(HostVerification.Verdict.allCases)), .must("takenAt", milliseconds),
          .must("before", .reference("Host")), .must("now", .reference("Host")), .must("counts", .map(.count)),
          .must("domains", .array(.reference("VerifiedDomain"))),
        ])
    ),
    (
      "VerifiedDomain",
      .object([
        .must("name", .string), .must("uuid", .form(.uuid)),
        .must("verdict", .strings(HostVerification.Verdict.allCases)),
        .must("changes", .array(.reference("GuestChange"))), .must("notes", .array(.string)),
      ])
    ),
    (
      "GuestChange",
      .object([
        .must("side", side), .must("path", .string), .may("before", .string), .may("now", .string),
        .must("why", .string), .must("by", .string), .may("operation", .count),
      ])
    ),
  ]
}
