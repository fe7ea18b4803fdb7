import Control
import Hummingbird
import ServiceLifecycle
import Vocabulary

extension RouteTable {
  static let operations: [Route] = [
    Route(
      .get, "/v1/operations/{id}", "getOperation", "Where something that was asked for stands.", .scope(.read),
      .filtered,
      parameters: [
        .init(name: "id", place: .path, schema: .form(.operationID), summary: "As a 202 gave it."), .wait,
      ],
      answers: [.json("OperationStatus", "As it is now.")], handler: OperationRoutes.get)
  ]
}

private enum OperationRoutes {
  static func get(_ call: RouteCall) async throws(Problem) -> Response {
    let id = call["id"] ?? ""
    var status = try await call.control.operation(id, wait: 0)
    guard try await call.visibility.permits(status.domain) else {
      throw Problem("no-such-operation", "there is no operation '\(id)'")
    }
    if call.wait > 0, !status.isOver { status = try await call.waiting(for: id, call.wait) }
    return try .json(status)
  }
}

extension RouteCall {
  /// An operation at its end, or as it is after that many milliseconds, or when the server is to stop.
  func waiting(for id: String, _ milliseconds: Int64) async throws(Problem) -> OperationStatus {
    let control = control
    let status = await withTaskGroup(of: Result<OperationStatus, Problem>?.self) { group in
      group.addTask {
        do throws(Problem) {
          return .success(try await control.operation(id, wait: milliseconds))
        } catch {
          return .failure(error)
        }
      }
      group.addTask {
        // Returns without an error where the server stops, and throws where the answer is there first.
        try? await gracefulShutdown()
        return nil
      }
      let first = await group.next() ?? nil
      group.cancelAll()
      return first
    }
    guard let status else { return try await control.operation(id, wait: 0) }
    return try status.get()
  }
}
