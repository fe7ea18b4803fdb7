package import Vocabulary

/// What a client asks for under a key of its own.
package struct IncomingRequest: Sendable, Hashable {
  package let requester: String
  package let key: String
  /// Of what is asked for.
  package let digest: Digest
  package let at: Timestamp

  package init(requester: String, key: String, digest: Digest, at: Timestamp) {
    self.requester = requester
    self.key = key
    self.digest = digest
    self.at = at
  }
}

/// What was answered to a request, for when it is made again.
package struct RequestRow: Sendable, Hashable, Codable {
  package let requester: String
  package let key: String
  package let digest: Digest
  /// The operation that was begun: a number, or a domain's UUID, a dot and a generation.
  package let operation: String
  package let generation: Generation?
  package let at: Timestamp

  /// Whether it is the same request, and not another one under its key.
  package func isSame(as request: IncomingRequest) -> Bool { digest == request.digest }
}
