/// Everything that a command has around it. Tests put other things there.
package struct Context: Sendable {
  package var environment: [String: String]
  /// Data: stdout.
  package var output: Terminal
  /// Talk: stderr.
  package var talk: Terminal
  /// Reads standard input, at most so many bytes.
  package var input: @Sendable (Int) throws -> [UInt8]
  package var makeControl: @Sendable (ControlOptions) throws -> ChosenControl
  /// Milliseconds since 1970.
  package var now: @Sendable () -> Int64
  /// A moment as people on this machine write it.
  package var localTime: @Sendable (Int64) -> String
  /// Signals that ask to stop. They are caught from the call on.
  package var interrupts: @Sendable () -> AsyncStream<Int32>

  package init(
    environment: [String: String], output: Terminal, talk: Terminal,
    input: @escaping @Sendable (Int) throws -> [UInt8],
    makeControl: @escaping @Sendable (ControlOptions) throws -> ChosenControl,
    now: @escaping @Sendable () -> Int64, localTime: @escaping @Sendable (Int64) -> String,
    interrupts: @escaping @Sendable () -> AsyncStream<Int32>
  ) {
    self.environment = environment
    self.output = output
    self.talk = talk
    self.input = input
    self.makeControl = makeControl
    self.now = now
    self.localTime = localTime
    self.interrupts = interrupts
  }
}

/// What decides which control a command speaks to.
package struct ControlOptions: Sendable, Hashable {
  package let uri: String?
  package let storePath: String?
  /// A daemon's.
  package let socket: String?
  /// What other processes are told of who holds the store.
  package let command: String

  package init(uri: String?, storePath: String?, socket: String? = nil, command: String) {
    self.uri = uri
    self.storePath = storePath
    self.socket = socket
    self.command = command
  }
}
