import Control
import Hummingbird
import NIOCore
import Vocabulary

extension RouteTable {
  static let service: [Route] = [
    Route(
      .get, "/openapi.json", "getOpenAPI", "This document.", .anybody, .nothing,
      answers: [Route.Answer(status: 200, summary: "OpenAPI 3.1.", type: "application/json")],
      handler: { call async throws(Problem) in
        Response(
          status: .ok, headers: [.contentType: "application/json"],
          body: ResponseBody(byteBuffer: call.services.openAPI))
      }),
    Route(
      .get, "/healthz", "getHealth", "Whether the process answers.", .anybody, .nothing,
      answers: [.json("Health", "It does.")],
      handler: { call async throws(Problem) in try .json(["status": "ok"]) }),
    Route(
      .get, "/readyz", "getReadiness", "Whether the daemon does its work.", .anybody, .nothing,
      answers: [
        .json("Readiness", "It does."),
        Route.Answer(
          status: 503, summary: "It does not yet, or not any more.", type: "application/json",
          schema: .reference("Readiness")),
      ],
      handler: ServiceRoutes.readiness),
    Route(
      .get, "/metrics", "getMetrics", "Figures for Prometheus.", .scope(.read), .host,
      answers: [Route.Answer(status: 200, summary: "Prometheus' text.", type: "text/plain", schema: .string)],
      handler: ServiceRoutes.metrics),
  ]
}

private enum ServiceRoutes {
  static func readiness(_ call: RouteCall) async throws(Problem) -> Response {
    let report = await call.control.readiness()
    return try .json(report, status: report.isReady ? .ok : .serviceUnavailable)
  }

  static func metrics(_ call: RouteCall) async throws(Problem) -> Response {
    Response(
      status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
      body: ResponseBody(byteBuffer: ByteBuffer(string: await call.services.metrics())))
  }
}
