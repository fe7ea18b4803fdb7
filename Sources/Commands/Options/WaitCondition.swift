import ArgumentParser
import Control

/// What `vmctl wait` waits for: a condition's status, or that the domain is no more.
enum WaitCondition: Sendable, Hashable {
  case condition(String, DomainCondition.Status)
  case delete

  /// `Ready`, `Ready=False`, `condition=Ready=false` as kubectl writes it, `delete`.
  init(_ text: String) throws {
    if text.lowercased() == "delete" {
      self = .delete
      return
    }
    let words = text.hasPrefix("condition=") ? text.dropFirst("condition=".count) : text[...]
    let parts = words.split(separator: "=", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let type = parts.first, !type.isEmpty, type.allSatisfy(\.isLetter) else {
      throw ValidationError("what is waited for is a condition, as Ready or Ready=False, or delete")
    }
    guard parts.count == 2 else {
      self = .condition(String(type), .yes)
      return
    }
    let statuses: [DomainCondition.Status] = [.yes, .no, .unknown]
    guard let status = statuses.first(where: { $0.rawValue.lowercased() == parts[1].lowercased() }) else {
      throw ValidationError("a condition is True, False or Unknown")
    }
    self = .condition(String(type), status)
  }

  var words: String {
    switch self {
    case .condition(let type, let status): "\(type)=\(status.rawValue)"
    case .delete: "delete"
    }
  }

  /// How a domain stands to it.
  enum Standing: Sendable, Hashable {
    case met
    /// What is instead.
    case notYet(String)
    case gone
  }

  /// - Parameters:
  ///   - domain: `nil` where nobody knows it.
  ///   - generation: what was said of an earlier document does not count.
  /// - Returns: `met` only where what is said is of that document.
  func standing(of domain: DomainReport?, since generation: Int64?) -> Standing {
    guard let domain else { return self == .delete ? .met : .notYet("there is no such domain yet") }
    switch self {
    case .delete: return domain.state == "gone" ? .met : .notYet(domain.state)
    case .condition(let type, let status):
      let condition = domain.conditions.first { $0.type.lowercased() == type.lowercased() }
      if let condition, condition.status == status {
        let wanted = max(generation ?? 0, domain.isManaged ? domain.generation ?? 0 : 0)
        let observed = condition.observedGeneration ?? domain.observedGeneration
        // Where nobody counts, what is said is of now, unless a number was asked for.
        if observed.map({ $0 >= wanted }) ?? (generation == nil) { return .met }
        return .notYet("\(words) of generation \(observed.map(String.init) ?? "unknown"), not of \(wanted)")
      }
      if domain.state == "gone" { return .gone }
      guard let condition else { return .notYet("nothing is known of \(type)") }
      return .notYet("\(condition.type)=\(condition.status.rawValue): \(condition.reason)")
    }
  }
}
