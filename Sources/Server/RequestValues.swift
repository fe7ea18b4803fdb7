import Foundation
import HTTPTypes
import Hummingbird
import Vocabulary

/// The parameters of a request: each is one that its route has, once where it has it once, and of its form.
struct RequestValues {
  /// Of path and query, by name.
  private(set) var all: [String: [String]] = [:]

  init(_ route: Route, _ path: [String: String], _ request: Request) throws(Problem) {
    all = path.mapValues { [$0] }
    for (name, value) in try RequestValues.query(request.head.path ?? "") { all[name, default: []].append(value) }
    let known = route.parameters.filter { $0.place != .header }
    for name in all.keys.sorted() where !known.contains(where: { $0.name == name }) {
      throw Problem(
        "malformed-request", "this route has no parameter '\(name.prefix(64))'",
        wanted: known.map(\.name).joined(separator: ", "),
        remedy: nearest(to: String(name.prefix(64)), among: known.map(\.name)).map { "did you mean '\($0)'?" })
    }
    for parameter in known { try RequestValues.check(all[parameter.name] ?? [], parameter) }
    for parameter in route.parameters where parameter.place == .header {
      guard let name = HTTPField.Name(parameter.name) else { continue }
      try RequestValues.check(request.headers[values: name], parameter)
    }
  }

  private static func check(_ values: [String], _ parameter: Route.Parameter) throws(Problem) {
    guard values.count <= (parameter.isRepeated ? 100 : 1) else {
      throw Problem("malformed-request", "'\(parameter.name)' is given more than once", path: parameter.name)
    }
    for value in values where !parameter.schema.accepts(value) {
      throw Problem(
        "malformed-request", "'\(parameter.name)' is not as it must be", path: parameter.name,
        wanted: parameter.summary)
    }
  }

  private static func query(_ target: String) throws(Problem) -> [(String, String)] {
    guard let start = target.firstIndex(of: "?") else { return [] }
    var found: [(String, String)] = []
    for pair in target[target.index(after: start)...].split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let value = parts.count > 1 ? parts[1] : ""
      guard let name = decoded(parts[0]), let value = decoded(value) else {
        throw Problem("malformed-request", "the query is not encoded as it must be")
      }
      found.append((name, value))
    }
    return found
  }

  private static func decoded(_ text: Substring) -> String? {
    String(text.map { $0 == "+" ? " " : $0 }).removingPercentEncoding
  }
}

extension Schema {
  /// A value as the text of a parameter.
  func accepts(_ text: String) -> Bool {
    switch self {
    case .form(let form): form.accepts(text)
    case .words(let words): words.contains(text)
    case .oneOf(let schemas): schemas.count { $0.accepts(text) } == 1
    case .integer(let range):
      text.utf8.count <= 19 && Int64(text).map { range?.contains($0) ?? true } == true && !text.hasPrefix("+")
    default: !text.isEmpty
    }
  }
}
