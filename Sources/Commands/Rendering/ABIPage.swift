import Control
import DomainXML

/// The rules as a page of documentation (`vmctl abi rules -o markdown`). A test holds the page in the repository equal
/// to it.
enum ABIPage {
  static func markdown(_ rules: [ABIRuleDocument]) -> String {
    var lines = [
      "# What belongs to a guest's hardware", "",
      "What `vmctl abi compare` looks at, who compares it, and why it matters to the guest. Printed by",
      "`vmctl abi rules -o markdown` from the rules themselves.", "",
      "- **libvirt**: libvirt refuses a pair that differs here, in migration and restore; *since* says from which",
      "  version on, and before it the rule is the guest's.",
      "- **volatile**: compared for a saved image and not for a migration; never changes the verdict.",
      "- **guest**: the guest can see it although libvirt passes over it.", "",
      "libvirt pairs devices by their place in its lists: each kind in the document's order, but disks of a bus by the",
      "number in their name and controllers of a type by their index. Findings pair them by who they are; where libvirt",
      "would refuse the order alone, that is a finding of its own (`disk/order`). One that came or went is named by its",
      "kind. Where a bridge moved, `guestPath` says which devices the guest finds elsewhere.",
    ]
    var subject = ""
    for rule in rules {
      if rule.subject != subject {
        subject = rule.subject
        lines += ["", "## \(subject)", ""]
        if let note = note(subject) { lines += [note, ""] }
        lines += [
          "| Place | Who minds | Compared as | Absent means | Where | Why | Source |",
          "|---|---|---|---|---|---|---|",
        ]
      }
      let tier = rule.tier + (rule.since.map { ", since \($0)" } ?? "")
      let cells = [
        "`\(rule.path)`", tier, rule.comparison, rule.absent ?? "", rule.when ?? "", rule.why,
        rule.source.map { "`\($0)`" } ?? "",
      ]
      lines.append("| " + cells.map(KindPage.escaped).joined(separator: " | ") + " |")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func note(_ subject: String) -> String? {
    switch subject {
    case "domain": return "Everything beside the devices."
    case "device":
      return "What devices share: where they sit. A finding's rule is `device/…`, its path names the device."
    case "virtio": return "What virtio devices share."
    default:
      let shared = Catalogue.kinds.first { $0.name == subject }?.families ?? []
      return shared.isEmpty
        ? nil : "And what is under \(shared.map { "[\($0.rawValue)](#\($0.rawValue))" }.joined(separator: " and "))."
    }
  }
}
