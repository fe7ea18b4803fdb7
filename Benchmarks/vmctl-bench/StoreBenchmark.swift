import Digests
import Foundation
import GRDBSQLite
import Store
import Synchronization
import Vocabulary

/// Design section 13, last row: documents accepted a second, each durable when it is answered, from many tasks at once;
/// against SQLite by itself, which commits a row of the same bytes for each.
struct StoreBenchmark {
  let folder: String
  let tasks: Int
  let seconds: Int

  func run() async throws {
    let location = StoreLocation(path: folder + "/bench-store.db")
    let lock = try await StoreLock.acquire(location, command: "vmctl-bench", since: Timestamp(milliseconds: 0))
    let store = try RecordStore.openForWriting(location, lock: lock)
    let host = UniversalID.made(1)
    let accepted = try await pace { task, number in
      let key = DomainKey(host: host, domain: UniversalID.made(UInt64(task + 2)))
      let text = StoreBenchmark.text(task, number)
      let row = DomainRow(
        key: key, name: "store-\(task)", origin: .ours, createdAt: Timestamp(milliseconds: 0))
      let intent = IncomingIntent(
        text: text, canonicalDigest: Digest(of: text), receivedAt: Timestamp(milliseconds: Int64(number)),
        source: "bench")
      guard case .accepted = try await store.accept(intent, for: row) else { throw BenchmarkFault("not accepted") }
    }
    try store.close()
    let plain = try PlainDatabase(folder + "/bench-plain.db")
    let committed = try await pace { task, number in try plain.commit(StoreBenchmark.text(task, number)) }
    print(
      "{\"acceptedPerSecond\":\(rounded(accepted)),\"documentBytes\":\(StoreBenchmark.text(0, 0).count),"
        + "\"plainCommitsPerSecond\":\(rounded(committed)),\"ratio\":\(rounded(1000 / accepted)),"
        + "\"ratioToPlainCommits\":\(rounded(committed / accepted)),\"tasks\":\(tasks)}")
  }

  /// How many a second, over `seconds`.
  private func pace(_ work: @escaping @Sendable (_ task: Int, _ number: Int) async throws -> Void) async throws
    -> Double
  {
    let clock = ContinuousClock()
    let start = clock.now
    let end = start + .seconds(seconds)
    let done = try await withThrowingTaskGroup(of: Int.self) { group in
      for task in 0..<tasks {
        group.addTask {
          var number = 0
          while clock.now < end {
            try await work(task, number)
            number += 1
          }
          return number
        }
      }
      return try await group.reduce(0, +)
    }
    return Double(done) / ((clock.now - start).microseconds / 1e6)
  }

  /// A document of 1.5 KB, another one each time.
  private static func text(_ task: Int, _ number: Int) -> [UInt8] {
    var text = "apiVersion: vmctl/v1\nkind: Domain\nmetadata: {name: store-\(task), generation: \(number + 1)}\nspec:\n"
    for index in 0..<12 {
      text +=
        "  - id: disk-\(index)\n    disk: {file: /srv/vm/store-\(task)/\(index).qcow2, format: qcow2, bus: virtio, "
      text += "target: vd\(index)}\n"
    }
    return Array(text.utf8)
  }
}

/// SQLite with the settings of the store and nothing else.
private final class PlainDatabase: Sendable {
  private struct Handle: @unchecked Sendable {
    /// Used under the lock of the database's owner only.
    let raw: OpaquePointer
  }

  private let handle: Mutex<Handle>

  init(_ path: String) throws {
    var raw: OpaquePointer?
    guard sqlite3_open(path, &raw) == SQLITE_OK, let raw else { throw BenchmarkFault("cannot open \(path)") }
    handle = Mutex(Handle(raw: raw))
    let setup = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE plain (text BLOB)"
    guard sqlite3_exec(raw, setup, nil, nil, nil) == SQLITE_OK else { throw BenchmarkFault("cannot set up \(path)") }
  }

  deinit { _ = handle.withLock { sqlite3_close($0.raw) } }

  func commit(_ text: [UInt8]) throws {
    let result = handle.withLock { handle -> Int32 in
      var statement: OpaquePointer?
      let prepared = sqlite3_prepare_v2(handle.raw, "INSERT INTO plain VALUES (?)", -1, &statement, nil)
      guard prepared == SQLITE_OK else { return prepared }
      defer { sqlite3_finalize(statement) }
      return text.withUnsafeBytes { bytes in
        sqlite3_bind_blob(statement, 1, bytes.baseAddress, Int32(bytes.count), nil)
        return sqlite3_step(statement)
      }
    }
    guard result == SQLITE_DONE else { throw BenchmarkFault("SQLite: \(result)") }
  }
}

extension UniversalID {
  /// One of a number, for what needs another one each time.
  fileprivate static func made(_ number: UInt64) -> UniversalID {
    let digits = String(number, radix: 16)
    let text = "6f5c2d1e-3b4a-4c5d-8e6f-" + String(repeating: "0", count: 12 - digits.count) + digits
    guard let id = UniversalID(text) else { fatalError("\(text) is a UUID") }
    return id
  }
}
