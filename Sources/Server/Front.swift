import Control
import Foundation
import HTTPTypes
package import Hummingbird
import Logging
import NIOCore
import NIOHTTP1
import Vocabulary

/// Every request passes here, in this order: its route, its origin, who sends it, what he may, how often, what is in
/// it; then the route's handler. One place, so that nothing goes round it.
package struct Front: HTTPResponder {
  package let table: RouteTable
  let control: any ResidentControl
  let authenticator: any Authenticator
  let gate: any RequestGate
  let services: RouteServices
  let meter: (any MiddlewareProtocol<Request, Response, APIContext>)?

  package func respond(to request: Request, context: APIContext) async throws -> Response {
    if let meter {
      try await meter.handle(request, context: context) { request, context in try await answer(request, context) }
    } else {
      try await answer(request, context)
    }
  }

  private func answer(_ request: Request, _ context: APIContext) async throws -> Response {
    var record = RequestRecord(request)
    var response: Response
    do {
      response = try await admitted(request, context, &record)
    } catch let problem as Problem {
      record.problem = problem
      response = .problem(problem)
    } catch let fault as RequestFault {
      record.problem = fault.problem
      response = .problem(fault.problem)
      response.headers[.connection] = "close"
    } catch let error as HTTPParserError {
      // Hummingbird answers it and closes.
      throw error
    }
    response.headers[.requestID] = record.id
    if let decision = record.decision(response.status.code) { await gate.note(decision) }
    log(record, response.status.code, context.logger)
    return response
  }

  private func admitted(
    _ request: Request, _ context: APIContext, _ record: inout RequestRecord
  ) async throws -> Response {
    let route: Route
    let parameters: [String: String]
    switch table.match(request.method, request.head.path ?? "") {
    case .route(let found, let values): (route, parameters) = (found, values)
    case .otherMethods(let methods): return .methodNotAllowed(methods, &record)
    case .none: throw Problem("no-such-route", "there is nothing here", remedy: "GET /openapi.json lists the routes")
    }
    context.coreContext.endpointPath.value = route.path
    record.route = route
    try Origin.check(request.head)
    let principal = try await principal(route, request, context, &record)
    let values = try RequestValues(route, parameters, request)
    record.domain = parameters["name"]
    let visibility = Visibility(selector: principal.selector, control: control)
    switch route.reach {
    case .domain: try await visibility.require(parameters["name"] ?? "")
    case .host: try visibility.requireEvery()
    case .nothing, .filtered: break
    }
    if route.access != .anybody {
      try await gate.admit(principal, route: route.path, method: request.method.rawValue)
    }
    let body = try await RequestContent.read(request, route, services.limits)
    if route.body?.types == Route.Body.documentTypes, !body.isEmpty { record.document(body) }
    record.isAdmitted = true
    return try await route.handler(
      RouteCall(
        route: route, control: control, principal: principal, services: services, channel: context.channel,
        values: values.all, headers: request.headers, body: body))
  }

  private func principal(
    _ route: Route, _ request: Request, _ context: APIContext, _ record: inout RequestRecord
  ) async throws(Problem) -> Principal {
    if route.access == .anybody { return Principal(name: "anybody", scopes: []) }
    guard let principal = await authenticator.principal(of: context.channel, request.head) else {
      throw Problem(
        "unauthenticated", "nobody is known by this connection",
        remedy: "send a token, or connect as a user that is known")
    }
    record.actor = principal.name
    guard !principal.scopes.isDisjoint(with: route.access.scopes) else {
      throw Problem.withoutScope(route.access.scopes[0])
    }
    return principal
  }

  private func log(_ record: RequestRecord, _ status: Int, _ logger: Logger) {
    var metadata: Logger.Metadata = [
      "request": "\(record.id)", "method": "\(record.method)", "route": "\(record.route?.path ?? "none")",
      "status": "\(status)",
    ]
    if let actor = record.actor { metadata["actor"] = "\(actor)" }
    if let domain = record.domain { metadata["domain"] = "\(domain)" }
    if let problem = record.problem { metadata["code"] = "\(problem.code)" }
    if status >= 500, let problem = record.problem {
      metadata["message"] = "\(problem.message)"
      logger.notice("request failed", metadata: metadata)
    } else {
      logger.debug("request", metadata: metadata)
    }
  }
}

extension Response {
  fileprivate static func methodNotAllowed(_ methods: [HTTPRequest.Method], _ record: inout RequestRecord) -> Response {
    let allowed = methods.map(\.rawValue).joined(separator: ", ")
    let problem = Problem("method-not-allowed", "this has other methods", wanted: allowed)
    record.problem = problem
    var response = Response.problem(problem)
    response.headers[.allow] = allowed
    return response
  }
}
