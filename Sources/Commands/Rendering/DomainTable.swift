import Control
import Vocabulary

/// Domains, one a line.
enum DomainTable {
  static func lines(_ domains: [DomainReport], _ paint: Paint, _ width: Int?) -> [String] {
    var table = Table([
      .init("NAME"), .init("STATE"), .init("READY"), .init("GEN", isRight: true), .init("DEVICES", isRight: true),
      .init("PENDING", isRight: true), .init("CONDITIONS"),
    ])
    for domain in domains {
      let managed = domain.devices.filter { $0.id != nil }.count
      let waiting = domain.pending.count + domain.waiting.count
      table.add([
        .init(domain.name, .strong), .init(domain.state), ready(domain),
        .init(domain.generation.map(String.init) ?? "-"),
        .init(domain.isManaged ? "\(managed)/\(domain.devices.count)" : "-/\(domain.devices.count)"),
        .init(String(waiting), waiting > 0 ? .change : nil), .init(conditions(domain)),
      ])
    }
    return table.lines(paint, width: width)
  }

  private static func ready(_ domain: DomainReport) -> Table.Cell {
    guard let ready = domain.conditions.first(where: { $0.type == "Ready" }) else { return "-" }
    return ready.status ? .init("yes", .add) : .init("no", .refuse)
  }

  /// All that hold besides `Ready`: several reasons stand side by side.
  private static func conditions(_ domain: DomainReport) -> String {
    var words = domain.conditions.filter { $0.status && $0.type != "Ready" }.map(\.type)
    if let ready = domain.conditions.first(where: { $0.type == "Ready" && !$0.status }) { words.append(ready.reason) }
    if domain.isProtected { words.append("protected") }
    if !domain.isPersistent, domain.state != "gone", domain.state != "not created" { words.append("transient") }
    if !domain.isManaged { words.append("unmanaged") }
    return words.joined(separator: ", ")
  }
}
