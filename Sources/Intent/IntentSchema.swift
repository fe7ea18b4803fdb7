import DomainXML
import Vocabulary

/// The grammar as JSON Schema (draft 2020-12): the same tables that the parser reads, for editors and controllers.
///
/// It is as strict as the parser about keys, types and values. What takes more than one place to see (two devices
/// with one target, an address on the wrong bus, a secret in XML) only the parser finds.
package enum IntentSchema {
  /// The same text each time.
  package static func json() -> String {
    var text = ""
    let head: [(key: String, value: SchemaValue)] = [
      ("$schema", .text("https://json-schema.org/draft/2020-12/schema")),
      ("$id", .text("urn:vmctl:schema:v1:Domain")),
      ("title", .text("vmctl/v1 Domain")),
      ("description", .text("what is wanted of one libvirt domain")),
    ]
    SchemaValue.object(head + mapping(IntentGrammar.document)).write(to: &text)
    return text + "\n"
  }

  private static func mapping(_ grammar: Grammar) -> [(key: String, value: SchemaValue)] {
    var entries: [(key: String, value: SchemaValue)] = [
      ("type", .text("object")),
      ("additionalProperties", .flag(false)),
      ("properties", .object(grammar.keys.map { ($0.name, property($0)) })),
    ]
    let required = grammar.keys.filter(\.required).map(\.name)
    if !required.isEmpty { entries.append(("required", .texts(required))) }
    if !grammar.oneOf.isEmpty {
      entries.append(("oneOf", .list(grammar.oneOf.map { .object([("required", .texts([$0]))]) })))
    }
    return entries
  }

  private static func property(_ key: Grammar.Key) -> SchemaValue {
    var entries: [(key: String, value: SchemaValue)] = [("description", .text(key.help))]
    let own = schema(key.shape)
    entries += key.mayBeNull ? orNull(own) : own
    if let fallback = key.fallback { entries.append(("default", value(fallback, of: key.shape))) }
    return .object(entries)
  }

  /// The same, or null: libvirt's default.
  private static func orNull(_ own: [(key: String, value: SchemaValue)]) -> [(key: String, value: SchemaValue)] {
    var entries: [(key: String, value: SchemaValue)] = []
    for (key, value) in own {
      if key == "type" || key == "anyOf" {
        entries.append((key, value.orNull))
      } else {
        entries.append((key, value))
      }
    }
    return entries
  }

  /// A default in the type that a document would write it in.
  private static func value(_ fallback: String, of shape: Shape) -> SchemaValue {
    switch shape {
    case .boolean: .flag(fallback == "true")
    case .scalar(.number): UInt64(fallback).map { .number($0) } ?? .text(fallback)
    default: .text(fallback)
    }
  }

  private static func schema(_ shape: Shape) -> [(key: String, value: SchemaValue)] {
    switch shape {
    case .scalar(let type): scalar(type)
    // YAML 1.1 readers make booleans of more words than these; vmctl takes these two, quoted or not.
    case .boolean: [("enum", .list([.flag(true), .flag(false), .text("true"), .text("false")]))]
    case .domainName: pattern("^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$")
    case .deviceID: pattern("^[a-z0-9][a-z0-9-]{0,47}$")
    case .uuid: pattern("^[0-9A-Fa-f]{8}-?([0-9A-Fa-f]{4}-?){3}[0-9A-Fa-f]{12}$")
    case .duration: pattern("^[0-9]{1,10}(ms|s|m|h)$")
    case .memory: scalar(.memory)
    case .xml(let element):
      [("type", .text("string")), ("contentMediaType", .text("application/xml"))]
        + (element.map { [("pattern", .text("<\($0)[\\s>]"))] } ?? [])
    case .list(let item):
      [
        ("type", .text("array")), ("maxItems", .number(UInt64(DocumentLimits.devices))),
        ("items", .object(schema(item))),
      ]
    case .mapping(let grammar): mapping(grammar)
    case .labels:
      [
        ("type", .text("object")),
        ("additionalProperties", .object([("type", .texts(["string", "number", "boolean"]))])),
      ]
    case .entries(let type):
      [
        ("type", .text("object")),
        ("propertyNames", .object(pattern("^[0-9]+$"))), ("additionalProperties", .object(scalar(type))),
      ]
    case .either(let shapes): [("anyOf", .list(shapes.map { .object(schema($0)) }))]
    }
  }

  private static func scalar(_ type: ScalarType) -> [(key: String, value: SchemaValue)] {
    switch type {
    case .text, .paragraphs: [("type", .texts(["string", "number", "boolean"]))]
    case .serial:
      [("type", .texts(["string", "number"])), ("pattern", .text("^[A-Za-z0-9 _+.-]{1,247}$"))]
    case .path: pattern("^/")
    case .mac: pattern("^[0-9A-Fa-f][02468ACEace](:[0-9A-Fa-f]{2}){5}$")
    case .number(let range):
      [
        (
          "anyOf",
          .list([
            .object([
              ("type", .text("integer")), ("minimum", .number(range.lowerBound)),
              ("maximum", .number(range.upperBound)),
            ]),
            .object(pattern("^([0-9]+|0[xX][0-9A-Fa-f]+)$")),
          ])
        )
      ]
    case .oneOf(let values): [("enum", .texts(values))]
    case .flag: schema(.boolean)
    case .word:
      [("type", .texts(["string", "number"])), ("pattern", .text("^[A-Za-z0-9_.:-]{1,255}$"))]
    case .name:
      [("type", .texts(["string", "number"])), ("pattern", .text("^[^/]{1,255}$"))]
    case .diskTarget: pattern("^(fd|hd|vd|sd|xvd|ubd)[a-z]{1,3}$")
    case .signed(let range):
      [
        (
          "anyOf",
          .list([
            .object([("type", .text("integer")), ("minimum", .signed(range.lowerBound))]),
            .object(pattern("^-?[0-9]+$")),
          ])
        )
      ]
    case .memory: pattern("^[0-9]+ *(KiB|MiB|GiB|TiB)$")
    case .cpuSet:
      [("type", .texts(["string", "number"])), ("pattern", .text("^\\^?[0-9]+(-[0-9]+)?(,\\^?[0-9]+(-[0-9]+)?)*$"))]
    case .element: [("type", .text("string")), ("contentMediaType", .text("application/xml"))]
    }
  }

  private static func pattern(_ expression: String) -> [(key: String, value: SchemaValue)] {
    [("type", .text("string")), ("pattern", .text(expression))]
  }
}
