package import Vocabulary

extension Schema {
  /// - Throws: `usage`, naming the first place that is not as the schema says. Says nothing of what is there: it may be
  ///   a secret in the wrong place.
  package func check(_ value: JSONValue, at path: String = "$") throws(Problem) {
    switch (self, value) {
    case (.any, _), (.string, .string), (.boolean, .boolean): return
    case (.form(let form), .string(let text)):
      if form.accepts(text) { return }
    case (.words(let words), .string(let text)):
      if words.contains(text) { return }
    case (.integer(let range), .integer(let number)):
      if range?.contains(number) ?? true { return }
    case (.integer(let range), .number(let number)):
      // JSON Schema counts 1.0 as an integer.
      if let exact = Int64(exactly: number), range?.contains(exact) ?? true { return }
    case (.array(let element), .array(let values)):
      for (index, value) in values.enumerated() { try element.check(value, at: "\(path)[\(index)]") }
      return
    case (.map(let element), .object(let object)):
      for (key, value) in object.sorted(by: { $0.key < $1.key }) { try element.check(value, at: "\(path).\(key)") }
      return
    case (.reference(let name), _):
      guard let schema = Schemas.named[name] else {
        throw Problem("internal", "the schema '\(name)' is not there", path: path)
      }
      return try schema.check(value, at: path)
    case (.oneOf(let schemas), _):
      let fitting = schemas.count { schema in
        do throws(Problem) {
          try schema.check(value, at: path)
          return true
        } catch {
          return false
        }
      }
      if fitting == 1 { return }
    case (.object(let fields), .object(let object)): return try Schema.check(object, fields, at: path)
    default: break
    }
    throw Problem("usage", "\(path) is not as it must be", path: path, wanted: words)
  }

  private static func check(_ object: [String: JSONValue], _ fields: [Field], at path: String) throws(Problem) {
    for field in fields {
      if let value = object[field.name] {
        try field.schema.check(value, at: "\(path).\(field.name)")
      } else if field.isRequired {
        throw Problem("usage", "\(path).\(field.name) is missing", path: "\(path).\(field.name)")
      }
    }
    let names = Set(fields.map(\.name))
    guard let unknown = object.keys.filter({ !names.contains($0) }).min() else { return }
    throw Problem(
      "usage", "nothing is known of '\(unknown.prefix(64))' at \(path)", path: path,
      wanted: names.sorted().joined(separator: ", "),
      remedy: nearest(to: unknown, among: names).map { "did you mean '\($0)'?" })
  }

  /// What is wanted, for messages.
  private var words: String {
    switch self {
    case .any: "anything"
    case .string: "a string"
    case .form(let form): "a string as \(form.pattern)"
    case .words(let words): words.joined(separator: ", ")
    case .integer(.some(let range)):
      range.upperBound == .max ? "an integer from \(range.lowerBound)" : "an integer in \(range)"
    case .integer: "an integer"
    case .boolean: "true or false"
    case .array: "an array"
    case .map, .object: "an object"
    case .reference(let name): name
    case .oneOf: "one of the forms in /openapi.json"
    }
  }
}
