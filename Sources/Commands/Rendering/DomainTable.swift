import Control
import Vocabulary

/// Domains, one a line.
enum DomainTable {
  static func lines(_ domains: [DomainReport], _ paint: Paint, _ width: Int?) -> [String] {
    var table = Table([
      .init("NAME"), .init("STATE"), .init("READY"), .init("GEN", isRight: true), .init("DEVICES", isRight: true),
      .init("PENDING", isRight: true), .init("CONDITIONS"), .init("LABELS"),
    ])
    for domain in domains {
      let managed = domain.devices.filter { $0.id != nil }.count
      let waiting = domain.pending.count + domain.waiting.count
      table.add([
        .init(domain.name, .strong), .init(domain.state), ready(domain),
        .init(domain.generation.map(String.init) ?? "-"),
        .init(domain.isManaged ? "\(managed)/\(domain.devices.count)" : "-/\(domain.devices.count)"),
        .init(String(waiting), waiting > 0 ? .change : nil), .init(conditions(domain)),
        .init(domain.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")),
      ])
    }
    return table.lines(paint, width: width)
  }

  private static func ready(_ domain: DomainReport) -> Table.Cell {
    guard let ready = domain.conditions.first(where: { $0.type == "Ready" }) else { return "-" }
    return ready.isTrue ? .init("yes", .add) : .init("no", .refuse)
  }

  /// True of a domain that is as it should be.
  private static let isWanted: Set<String> = ["Ready", "ABIStable"]

  /// All that hold besides `Ready`: several reasons stand side by side.
  private static func conditions(_ domain: DomainReport) -> String {
    var words = domain.conditions.filter { $0.isTrue && !isWanted.contains($0.type) }.map(\.type)
    if domain.conditions.contains(where: { $0.type == "ABIStable" && $0.status == .no }) { words.append("ABI changed") }
    if let ready = domain.conditions.first(where: { $0.type == "Ready" && !$0.isTrue }) { words.append(ready.reason) }
    if domain.isProtected { words.append("protected") }
    if !domain.isPersistent, domain.state != "gone", domain.state != "not created" { words.append("transient") }
    if domain.isSuspended { words.append("suspended") }
    if let role = domain.role { words.append("role \(role)") }
    if !domain.isManaged { words.append("external") }
    return words.joined(separator: ", ")
  }
}
