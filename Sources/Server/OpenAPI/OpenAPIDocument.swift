import HTTPTypes

/// The OpenAPI 3.1 document of a table of routes.
package struct OpenAPIDocument: Sendable {
  package let json: JSONValue

  package init(_ routes: [Route]) {
    var paths: [String: [String: JSONValue]] = [:]
    for route in routes { paths[route.path, default: [:]][route.method.rawValue.lowercased()] = route.openAPI }
    json = [
      "openapi": "3.1.0",
      "info": [
        "title": "vmctl", "version": "v1",
        "description": "Desired state of libvirt domains: give documents, watch them being reached.",
      ],
      "paths": .object(paths.mapValues(JSONValue.object)),
      "components": [
        "schemas": .object(Dictionary(uniqueKeysWithValues: Schemas.all.map { ($0.name, $0.schema.json) })),
        "securitySchemes": [
          "token": ["type": "http", "scheme": "bearer"],
          "certificate": ["type": "mutualTLS"],
        ],
      ],
    ]
  }
}

extension Route {
  fileprivate var openAPI: JSONValue {
    var object: [String: JSONValue] = [
      "operationId": .string(operationID), "summary": .string(summary),
      "parameters": .array(parameters.map(\.openAPI)),
    ]
    if let body { object["requestBody"] = body.openAPI }
    var answers: [String: JSONValue] = [
      "default": [
        "description": "A problem (RFC 9457).",
        "content": ["application/problem+json": ["schema": ["$ref": "#/components/schemas/Problem"]]],
      ]
    ]
    for answer in self.answers { answers[String(answer.status)] = answer.openAPI }
    object["responses"] = .object(answers)
    // Over the unix socket who asks is known by the socket, which OpenAPI has no word for.
    let scopes = access.scopes.map { JSONValue.string($0.rawValue) }
    if scopes.isEmpty {
      object["security"] = []
    } else {
      object["security"] = [["token": .array(scopes)], ["certificate": .array(scopes)]]
    }
    return .object(object)
  }
}

extension Route.Parameter {
  fileprivate var openAPI: JSONValue {
    var object: [String: JSONValue] = [
      "name": .string(name), "in": .string(place.rawValue), "description": .string(summary),
      "schema": isRepeated ? Schema.array(schema).json : schema.json,
    ]
    if place == .path { object["required"] = true }
    return .object(object)
  }
}

extension Route.Body {
  fileprivate var openAPI: JSONValue {
    ["required": .boolean(isRequired), "content": .object(Route.content(types, schema))]
  }
}

extension Route.Answer {
  fileprivate var openAPI: JSONValue {
    var object: [String: JSONValue] = ["description": .string(summary)]
    if let type { object["content"] = .object(Route.content([type], schema)) }
    if !headers.isEmpty {
      object["headers"] = .object(
        Dictionary(
          uniqueKeysWithValues: headers.map {
            ($0.name, ["description": .string($0.summary), "schema": ["type": "string"]])
          }))
    }
    return .object(object)
  }
}

extension Route {
  fileprivate static func content(_ types: [String], _ schema: Schema) -> [String: JSONValue] {
    Dictionary(uniqueKeysWithValues: types.map { ($0, ["schema": schema.json]) })
  }
}
