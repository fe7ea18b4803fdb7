import Control
import Vocabulary

/// A domain in full.
struct DomainText {
  let domain: DomainReport
  let paint: Paint
  let width: Int?
  let now: Int64

  var lines: [String] {
    [paint(.strong, printable(domain.name))] + facts.lines(paint) + conditions + devices + pending + waiting
  }

  private var facts: Table {
    var table = Table([.init(), .init()], indent: "  ")
    func add(_ word: String, _ text: String?) { if let text { table.add([.init(word, .faint), .init(text)]) } }
    add("uuid", domain.uuid.description)
    add("state", domain.state)
    add("machine", domain.machine)
    add("managed", domain.isManaged ? "yes" : "no: external; `vmctl adopt \(domain.name)` takes it over")
    add("generation", generation)
    add("persistent", domain.isPersistent ? "yes" : "no")
    add("protected", domain.isProtected ? "yes" : "no")
    if domain.isSuspended { add("suspended", "yes: `vmctl resume \(domain.name)` ends it") }
    add("role", domain.role)
    if !domain.labels.isEmpty {
      add("labels", domain.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ", "))
    }
    return table
  }

  private var generation: String? {
    guard let generation = domain.generation else { return nil }
    guard let observed = domain.observedGeneration, observed != generation else { return String(generation) }
    return "\(generation), evaluated up to \(observed)"
  }

  private var conditions: [String] {
    var table = Table([.init(), .init(), .init(), .init()], indent: "  ")
    for condition in domain.conditions {
      for (index, reason) in condition.reasons.enumerated() {
        table.add([
          .init(index == 0 ? condition.type : ""), .init(index == 0 ? condition.status.rawValue : ""),
          .init(reason.reason), .init(reason.message),
        ])
      }
    }
    return section("Conditions", table.lines(paint, width: width))
  }

  private var devices: [String] {
    section("Devices", DeviceTable.lines(domain.devices, paint, width.map { $0 - 2 }).map { "  " + $0 })
  }

  private var pending: [String] {
    domain.pending.isEmpty ? [] : [""] + PendingText(domain.pending, paint).lines
  }

  private var waiting: [String] {
    section(
      "Waiting for the guest",
      domain.waiting.flatMap { waiting in
        [
          "  " + paint(.wait, "… " + printable(waiting.name)) + "  " + (waiting.slot?.description ?? ""),
          WaitingText.line(waiting, now: now, paint),
        ]
      })
  }

  private func section(_ title: String, _ lines: [String]) -> [String] {
    lines.isEmpty ? [] : ["", paint(.strong, title)] + lines
  }
}
