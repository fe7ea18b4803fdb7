import Migrations
import Synchronization
import Vocabulary

/// A connection that only looks: no lock, nothing written, nothing made.
///
/// SQLite makes `-wal` and `-shm` beside a WAL database even for a reader, and fails where it cannot. So:
/// - no log: nobody has the store open, and the file by itself is all of it (`immutable`);
/// - a log: somebody writes or was killed, and the log's index is read without being touched (`readonly_shm`); where
///   nobody holds the index any more, SQLite builds one in memory;
/// - a log without an index, as in a copy: SQLite has to make one, or fails where it may not.
final class ReadingConnection: Sendable {
  private let location: StoreLocation
  private let state: Mutex<State>

  private struct State {
    /// `nil` once it is closed.
    var connection: Connection?
    /// The file as it was, where it is read as one that nobody writes.
    var unwritten: StoreFolder.Stamp?
  }

  private init(location: StoreLocation, state: sending State) {
    self.location = location
    self.state = Mutex(state)
  }

  /// - Parameters:
  ///   - location: where the store is.
  ///   - anySchema: also one of an older vmctl, of which only the pages are of use.
  /// - Returns: `nil` where there is no store, or one that was made and never filled.
  /// - Throws: as `RecordStore.openForReading`.
  static func open(
    _ location: StoreLocation, anySchema: Bool = false
  ) throws(StoreError) -> ReadingConnection? {
    guard let stamp = try StoreFolder.stamp(of: location), stamp.size > 0 else { return nil }
    do {
      let state = try connect(location, stamp: stamp)
      guard let connection = state.connection else { return nil }
      switch try Schema(of: connection, path: location.path) {
      case .empty: return nil
      case .version(let version) where anySchema || version == Migration.newest:
        return ReadingConnection(location: location, state: state)
      case .version(let version):
        throw StoreError(.olderSchema(found: version, known: Migration.newest), path: location.path)
      }
    } catch {
      throw StoreError(error, path: location.path)
    }
  }

  private static func connect(_ location: StoreLocation, stamp: StoreFolder.Stamp) throws -> sending State {
    func connection(_ parameters: String) throws -> Connection {
      let connection = try Connection(reading: location.uri(parameters))
      connection.wait(.seconds(5))
      try connection.execute("PRAGMA trusted_schema = OFF")
      // The first look is what opens the log: here, where a failure can still be answered.
      try connection.execute("PRAGMA user_version")
      return connection
    }
    if !stamp.hasLog { return State(connection: try connection("immutable=1"), unwritten: stamp) }
    let hasIndex = StoreFolder.exists(location.sharedMemoryPath)
    do {
      return State(connection: try connection(hasIndex ? "readonly_shm=1" : ""), unwritten: nil)
    } catch {
      // The writer closed between the look and the opening and took log and index along.
      guard let now = try StoreFolder.stamp(of: location), !now.hasLog else { throw error }
      return try connect(location, stamp: now)
    }
  }

  func read<Answer: Sendable>(_ body: @Sendable (Connection) throws -> Answer) throws(StoreError) -> Answer {
    do {
      return try state.withLock { state in
        guard let connection = state.connection else {
          throw StoreError(.io, path: location.path, underlying: "the store is closed")
        }
        let answer = Result { try connection.snapshot(body) }
        // A writer came while the file was read as one that nobody writes: what was read may be of two states.
        if let before = state.unwritten, let now = try StoreFolder.stamp(of: location), now != before {
          let next = try ReadingConnection.connect(location, stamp: now)
          defer { state = next }
          return try next.connection?.snapshot(body) ?? answer.get()
        }
        return try answer.get()
      }
    } catch {
      throw StoreError(error, path: location.path)
    }
  }

  func close() {
    state.withLock { $0.connection = nil }
  }
}

extension StoreLocation {
  /// The file as a URI: the only way to SQLite's reading modes.
  fileprivate func uri(_ parameters: String) -> String {
    var text = "file:"
    for byte in path.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "/")...UInt8(ascii: "9"), UInt8(ascii: "-")...UInt8(ascii: "."), UInt8(ascii: "_"):
        text.unicodeScalars.append(Unicode.Scalar(byte))
      default: text += "%" + hex(byte, width: 2)
      }
    }
    return text + "?" + parameters
  }
}
