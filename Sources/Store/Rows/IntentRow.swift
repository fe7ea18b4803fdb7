package import Vocabulary

/// An accepted document: text, number and digest. What it means is nobody's business here.
package struct IntentRow: Sendable, Hashable {
  package let generation: Generation
  /// The client's own number (`metadata.generation`).
  package let clientGeneration: Int64?
  /// The document as it was given, byte for byte.
  package let text: ContiguousArray<UInt8>
  /// The digest of its canonical content: equal content gets no new generation (R16).
  package let canonicalDigest: Digest
  package let receivedAt: Timestamp
  /// A file's name, `stdin`, or who sent it.
  package let source: String
}

/// A document to be accepted.
package struct IncomingIntent: Sendable, Hashable {
  package let text: ContiguousArray<UInt8>
  package let canonicalDigest: Digest
  package let clientGeneration: Int64?
  package let receivedAt: Timestamp
  package let source: String

  package init(
    text: some Sequence<UInt8>, canonicalDigest: Digest, clientGeneration: Int64? = nil, receivedAt: Timestamp,
    source: String
  ) {
    self.text = ContiguousArray(text)
    self.canonicalDigest = canonicalDigest
    self.clientGeneration = clientGeneration
    self.receivedAt = receivedAt
    self.source = source
  }
}

/// What a client takes the current generation of a domain to be (If-Match and its kin).
package enum IntentExpectation: Sendable, Hashable {
  /// There is no document yet.
  case none
  /// There is one, whichever.
  case some
  case generation(Generation)
  /// Nothing was said: enough for a first document, or for one with a number of the client's own (R16).
  case unsaid
}

/// What became of a document.
package enum Acceptance: Sendable, Hashable {
  /// It is durable under a new generation.
  case accepted(Generation)
  /// Its content is the newest one already; nothing was written.
  case unchanged(Generation)
  /// If-Match or the client's own number is not the current one (409, exit 13). `current` is `nil` where none is there.
  case stale(current: Generation?, clientGeneration: Int64?)
  /// There is a document already, and nothing says that this one was made in knowledge of it.
  case unconditional(current: Generation)
  /// The same request was answered before, or another under its key was.
  case asked(RequestRow)
}
