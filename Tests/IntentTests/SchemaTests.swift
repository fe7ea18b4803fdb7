import Foundation
import Intent
import Testing

/// The published schema says what the parser accepts: it is made from the same tables.
@Suite struct SchemaTests {
  private func schema() throws -> [String: Any] {
    let value = try JSONSerialization.jsonObject(with: Data(IntentSchema.json().utf8))
    return try #require(value as? [String: Any])
  }

  @Test func `it is JSON, and the same each time`() throws {
    let schema = try schema()
    #expect(schema["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
    #expect(schema["additionalProperties"] as? Bool == false)
    #expect(schema["required"] as? [String] == ["apiVersion", "kind", "metadata", "spec"])
    #expect(IntentSchema.json() == IntentSchema.json())
  }

  @Test func `it has every key of the grammar, with its help and default`() throws {
    try check(IntentGrammar.document, try schema(), path: "")
  }

  private func check(_ grammar: Grammar, _ schema: [String: Any], path: String) throws {
    let properties = try #require(schema["properties"] as? [String: Any], "\(path)")
    #expect(Set(properties.keys) == Set(grammar.keys.map(\.name)), "\(path)")
    for key in grammar.keys {
      let place = "\(path).\(key.name)"
      let property = try #require(properties[key.name] as? [String: Any], "\(place)")
      #expect(property["description"] as? String == key.help, "\(place)")
      #expect((property["default"] == nil) == (key.fallback == nil), "\(place)")
      if case .mapping(let inner) = key.shape { try check(inner, property, path: place) }
      if case .list(.mapping(let inner)) = key.shape {
        try check(inner, try #require(property["items"] as? [String: Any]), path: place)
      }
    }
    if !grammar.oneOf.isEmpty { #expect((schema["oneOf"] as? [Any])?.count == grammar.oneOf.count, "\(path)") }
  }
}
