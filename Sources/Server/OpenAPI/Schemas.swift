/// The shapes of everything that goes in and out as JSON, by the names of the OpenAPI document.
///
/// Written out rather than made from the types: what is published is a promise, and a test holds the types to it.
package enum Schemas {
  package static let all: [(name: String, schema: Schema)] =
    domain + devices + plan + operation + hosts + upkeep + requests

  static let named = Dictionary(all.map { ($0.name, $0.schema) }, uniquingKeysWith: { first, _ in first })

  static let milliseconds = Schema.count
  static let side = Schema.words(["live", "persistent"])
}
