import Control
import Foundation
import Hummingbird
import NIOCore
import Vocabulary

extension RouteTable {
  static let events: [Route] = [
    Route(
      .get, "/v1/events", "watchEvents",
      "What happens from now on, or since an event, as server-sent events; 410 where that is not kept any more.",
      .scope(.read), .filtered,
      parameters: [
        .queries("domain", .form(.domainReference), "Only of these domains, by name."),
        .query("after", .form(.eventID), "As Last-Event-ID, for clients that cannot set headers."),
        .header("Last-Event-ID", .form(.eventID), "Goes on after this one."),
      ],
      answers: [
        Route.Answer(
          status: 200, summary: "`id`, `event` (the type) and `data` (an Event as JSON).", type: "text/event-stream",
          schema: .string)
      ],
      handler: EventRoutes.watch)
  ]
}

private enum EventRoutes {
  static func watch(_ call: RouteCall) async throws(Problem) -> Response {
    guard let place = call.services.subscribers.place() else {
      throw Problem(
        "too-many-subscribers", "as many clients as may follow the events at one time do",
        wanted: String(call.services.limits.eventSubscribers), remedy: "try again later, or follow with one client")
    }
    let events = try await call.control.events(after: call.header("Last-Event-ID") ?? call["after"])
    let filter = EventFilter(visibility: call.visibility, names: Set(call.values["domain"] ?? []))
    let stream = EventStream(events: events, filter: filter, limits: call.services.limits, channel: call.channel)
    return Response(
      status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
      body: ResponseBody { writer in
        try await stream.write(to: &writer)
        // Held until here, and where the answer is never written until its closure goes.
        withExtendedLifetime(place) {}
      })
  }
}
