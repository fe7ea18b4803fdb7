/// What is taken of an answer: a daemon that goes wild must not fill the memory of who asks it.
package struct HTTPLimits: Sendable, Hashable {
  /// Bytes of status line and fields together.
  package var head = 64 << 10
  package var fields = 100
  /// Bytes of a body that is taken as a whole: both definitions of 10,000 domains fit.
  package var body = 512 << 20
  /// Bytes of one line of a stream, and of one event.
  package var line = 16 << 20

  package init() {}
}
