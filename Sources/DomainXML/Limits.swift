/// What a document may be before anything of it is looked at (threat model: bounded reads).
package struct Limits: Sendable, Equatable {
  /// Bytes of the whole text.
  package var bytes: Int
  /// Elements inside one another.
  package var depth: Int
  package var elements: Int
  package var attributesPerElement: Int

  /// For what libvirt returns: its RPC carries strings of at most 4 MiB, and a backing chain nests up to 200 deep.
  package static let libvirt = Limits(bytes: 4 << 20, depth: 256, elements: 200_000, attributesPerElement: 256)

  /// For XML inside an intent: written by people or controllers.
  package static let intent = Limits(bytes: 256 << 10, depth: 64, elements: 10_000, attributesPerElement: 64)
}
