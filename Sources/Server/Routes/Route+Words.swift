// What the tables of routes are written with.

extension Route.Parameter {
  static let name = Self(
    name: "name", place: .path, schema: .form(.domainReference), summary: "The domain's name, or its UUID.")

  static func query(_ name: String, _ schema: Schema, _ summary: String) -> Self {
    Self(name: name, place: .query, schema: schema, summary: summary)
  }

  static func queries(_ name: String, _ schema: Schema, _ summary: String) -> Self {
    Self(name: name, place: .query, schema: schema, isRepeated: true, summary: summary)
  }

  static func header(_ name: String, _ schema: Schema, _ summary: String) -> Self {
    Self(name: name, place: .header, schema: schema, summary: summary)
  }

  static let idempotencyKey = header(
    "Idempotency-Key", .form(.idempotencyKey), "The same key with the same request gets the same answer.")
  static let wait = query("wait", .form(.duration), "How long to wait for the end, as 30s; an hour at most.")
  static let side = query(
    "side", Schemas.side, "The running domain or its definition; the running one if there is one.")
  static let revision = query(
    "revision", .integer(0...Int64.max), "From the record; 0 is the newest. Without: from libvirt.")
}

extension Route.Body {
  static let documentTypes = ["application/yaml", "application/json"]

  static let document = Self(types: documentTypes, schema: .map(.any), isRequired: true)
  static let optionalDocument = Self(types: documentTypes, schema: .map(.any), isRequired: false)

  static func json(_ name: String, isRequired: Bool = true, isLarge: Bool = false) -> Self {
    Self(types: ["application/json"], schema: .reference(name), isRequired: isRequired, isLarge: isLarge)
  }
}

extension Route.Answer {
  static func json(_ name: String, _ summary: String, headers: [Header] = []) -> Self {
    Self(status: 200, summary: summary, type: "application/json", schema: .reference(name), headers: headers)
  }

  static let operation = Self(
    status: 202, summary: "Durable, and begun or about to be.", type: "application/json",
    schema: .reference("OperationStatus"), headers: [location])

  static let location = Header(name: "Location", summary: "Where the operation is followed.")
  static let entityTag = Header(name: "ETag", summary: "The generation, in quotes.")
  static let xml = Self(
    status: 200, summary: "As libvirt returned it, byte for byte.", type: "application/xml", schema: .string)
  static let progress = Self(
    status: 200, summary: "A progress event a line, as they come.", type: "application/x-ndjson",
    schema: .string)
}
