import Vocabulary

/// An intent's row; its text is a blob.
struct IntentHead: StoredRow {
  let generation: Generation
  let clientGeneration: Int64?
  let textDigest: Digest
  let canonicalDigest: Digest
  let receivedAt: Timestamp
  let source: String

  static let table = Table(
    "intents", key: ["generation"],
    rest: ["client_generation", "text_digest", "canonical_digest", "received_at", "source"])

  var values: [Value] {
    [
      Value(generation), .integer(clientGeneration), Value(textDigest),
      Value(canonicalDigest), Value(receivedAt), .text(source),
    ]
  }

  func row(_ connection: Connection) throws -> IntentRow {
    IntentRow(
      generation: generation, clientGeneration: clientGeneration, text: try connection.blob(textDigest),
      canonicalDigest: canonicalDigest, receivedAt: receivedAt, source: source)
  }
}

extension IntentHead {
  init(_ row: inout StoredColumns) throws {
    generation = try row.generation()
    clientGeneration = try row.optionalInteger()
    textDigest = try row.digest()
    canonicalDigest = try row.digest()
    receivedAt = try row.moment()
    source = try row.text()
  }
}
