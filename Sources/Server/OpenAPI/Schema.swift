/// The shape of a JSON value, as far as JSON Schema can say it and the server checks it: one description for both.
package indirect enum Schema: Sendable, Hashable {
  case any
  case string
  case form(TextForm)
  /// One of these words.
  case words([String])
  case integer(ClosedRange<Int64>?)
  case boolean
  case array(Schema)
  /// An object whose keys are data.
  case map(Schema)
  case object([Field])
  /// The schema of that name in `Schemas.all`.
  case reference(String)
  case oneOf([Schema])

  package struct Field: Sendable, Hashable {
    package let name: String
    package let schema: Schema
    package let isRequired: Bool
    package let summary: String?
  }

  /// A count, or milliseconds since 1970.
  static let count = Schema.integer(0...Int64.max)
  static let number = Schema.integer(nil)

  static func strings(_ words: some Sequence<some RawRepresentable<String>>) -> Schema {
    .words(words.map(\.rawValue))
  }

  /// With the fields of `others` after its own.
  static func object(_ fields: [Field], _ others: [Field]) -> Schema { .object(fields + others) }
}

extension Schema.Field {
  static func must(_ name: String, _ schema: Schema, _ summary: String? = nil) -> Self {
    Self(name: name, schema: schema, isRequired: true, summary: summary)
  }

  static func may(_ name: String, _ schema: Schema, _ summary: String? = nil) -> Self {
    Self(name: name, schema: schema, isRequired: false, summary: summary)
  }
}

extension [Schema.Field] {
  /// What each document of ours begins with.
  static func heading(_ kind: String) -> Self {
    [.must("apiVersion", .words(["vmctl/v1"])), .must("kind", .words([kind]))]
  }
}

extension Schema {
  /// As JSON Schema 2020-12, which OpenAPI 3.1 takes.
  package var json: JSONValue {
    switch self {
    case .any: return [:]
    case .string: return ["type": "string"]
    case .form(let form): return ["type": "string", "pattern": .string(form.pattern)]
    case .words(let words): return ["type": "string", "enum": .array(words.map(JSONValue.string))]
    case .integer(let range):
      var object: [String: JSONValue] = ["type": "integer", "format": "int64"]
      if let range {
        object["minimum"] = .integer(range.lowerBound)
        if range.upperBound != .max { object["maximum"] = .integer(range.upperBound) }
      }
      return .object(object)
    case .boolean: return ["type": "boolean"]
    case .array(let element): return ["type": "array", "items": element.json]
    case .map(let value): return ["type": "object", "additionalProperties": value.json]
    case .reference(let name): return ["$ref": .string("#/components/schemas/" + name)]
    case .oneOf(let schemas): return ["oneOf": .array(schemas.map(\.json))]
    case .object(let fields):
      var object: [String: JSONValue] = ["type": "object", "additionalProperties": false]
      object["properties"] = .object(
        Dictionary(uniqueKeysWithValues: fields.map { field in (field.name, field.json) }))
      let required = fields.filter(\.isRequired).map { JSONValue.string($0.name) }
      if !required.isEmpty { object["required"] = .array(required) }
      return .object(object)
    }
  }
}

extension Schema.Field {
  fileprivate var json: JSONValue {
    guard let summary, case .object(var object) = schema.json else { return schema.json }
    object["description"] = .string(summary)
    return .object(object)
  }
}
