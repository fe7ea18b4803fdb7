import Control
import Hummingbird
import NIOCore
import Vocabulary

extension RouteTable {
  static let xml: [Route] = [
    Route(
      .get, "/v1/domains/{name}/xml", "getXML", "A definition, byte for byte.", .scope(.read), .domain,
      parameters: [.name, .side, .revision], answers: [.xml], handler: XMLRoutes.definition),
    Route(
      .get, "/v1/domains/{name}/devices.xml", "getDevicesXML", "The <devices> element of a definition.", .scope(.read),
      .domain,
      parameters: [.name, .side, .revision, .query("kind", .form(.deviceID), "Only devices of this kind.")],
      answers: [.xml], handler: XMLRoutes.devices),
  ]
}

private enum XMLRoutes {
  static func definition(_ call: RouteCall) async throws(Problem) -> Response {
    answer(try await call.control.xml(request(call)))
  }

  static func devices(_ call: RouteCall) async throws(Problem) -> Response {
    answer(try await call.control.devicesXML(request(call), kind: call["kind"]))
  }

  private static func request(_ call: RouteCall) -> XMLRequest {
    XMLRequest(
      domain: call.domain, side: call["side"].flatMap(Side.init(rawValue:)), revision: call.integer("revision"))
  }

  private static func answer(_ text: XMLText) -> Response {
    Response(
      status: .ok, headers: [.contentType: "application/xml"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: text.bytes)))
  }
}
