import Control
package import CoreMetrics
package import Hummingbird
import Synchronization

/// Counts requests and measures how long their answers took, by the route that answered: never by the path, which
/// names domains.
package final class RequestMeters<Context: RequestContext>: RouterMiddleware {
  private struct Key: Hashable {
    let route: String
    let method: String
    let status: Int
  }

  private struct Handlers {
    let count: any CounterHandler
    let duration: any TimerHandler
  }

  private let factory: any MetricsFactory
  private let known = Mutex<[Key: Handlers]>([:])

  package init(_ factory: any MetricsFactory) { self.factory = factory }

  package func handle(
    _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
  ) async throws -> Response {
    let clock = ContinuousClock()
    let start = clock.now
    do {
      let response = try await next(request, context)
      note(request, context, response.status, clock.now - start)
      return response
    } catch {
      note(request, context, (error as? any HTTPResponseError)?.status ?? .internalServerError, clock.now - start)
      throw error
    }
  }

  private func note(_ request: Request, _ context: Context, _ status: HTTPResponse.Status, _ duration: Duration) {
    // A method that no route has is the client's own word.
    let route = context.endpointPath
    let key = Key(
      route: route ?? "none", method: route == nil ? "none" : request.method.rawValue, status: status.code)
    let handlers = known.withLock { known in
      if let handlers = known[key] { return handlers }
      let handlers = Handlers(
        count: factory.makeCounter(
          label: Metric.requests.name,
          dimensions: Metric.requests.dimensions([key.route, key.method, String(key.status)])),
        duration: factory.makeTimer(
          label: Metric.requestDuration.name, dimensions: Metric.requestDuration.dimensions([key.route, key.method])))
      known[key] = handlers
      return handlers
    }
    handlers.count.increment(by: 1)
    let (seconds, attoseconds) = duration.components
    handlers.duration.recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
  }
}
