package import HTTPTypes

/// Every route there is, and which one a path means.
package struct RouteTable: Sendable {
  package enum Match: Sendable {
    case route(Route, [String: String])
    /// The path is one, with these methods.
    case otherMethods([HTTPRequest.Method])
    case none
  }

  package let routes: [Route]
  /// By the number of components.
  private let templates: [Int: [Template]]

  private struct Template {
    let components: [Substring]
    var routes: [HTTPRequest.Method: Route] = [:]

    /// The parameters, where a path is of this template. A component that is no parameter counts before one that is:
    /// templates are looked through in that order.
    func parameters(_ path: [Substring]) -> [String: String]? {
      var values: [String: String] = [:]
      for (wanted, found) in zip(components, path) {
        if wanted.hasPrefix("{") {
          values[String(wanted.dropFirst().dropLast())] = String(found)
        } else if wanted != found {
          return nil
        }
      }
      return values
    }
  }

  package init(_ routes: [Route] = RouteTable.all) {
    self.routes = routes
    var templates: [String: Template] = [:]
    for route in routes {
      templates[route.path, default: Template(components: RouteTable.components(route.path))].routes[route.method] =
        route
    }
    self.templates = Dictionary(grouping: templates.values, by: \.components.count).mapValues { templates in
      templates.sorted { left, right in
        left.components.count { $0.hasPrefix("{") } < right.components.count { $0.hasPrefix("{") }
      }
    }
  }

  package static let all: [Route] =
    domains + intent + plans + verbs + xml + history + operations + events + abi + store + service

  /// The target is with or without a query.
  package func match(_ method: HTTPRequest.Method, _ target: String) -> Match {
    let path = RouteTable.components(target.prefix { $0 != "?" })
    for template in templates[path.count] ?? [] {
      guard let parameters = template.parameters(path) else { continue }
      if let route = template.routes[method] { return .route(route, parameters) }
      return .otherMethods(template.routes.keys.sorted { $0.rawValue < $1.rawValue })
    }
    return .none
  }

  private static func components(_ path: some StringProtocol) -> [Substring] {
    Substring(path).split(separator: "/", omittingEmptySubsequences: false)
  }
}
