import Digests
import Foundation
import Store
import Vocabulary

// One run over a store for the tests of its faults: `StoreExerciser WHAT STORE [FILE]`. Every line on stdout is a
// promise: what it names was reported as durable, or as failed, before the line was written. Written by writev, so
// that a write that is made to fail is one of the store's.

func say(_ line: String) {
  var bytes = Array((line + "\n").utf8)
  bytes.withUnsafeMutableBytes { bytes in
    var vector = iovec(iov_base: bytes.baseAddress, iov_len: bytes.count)
    _ = writev(STDOUT_FILENO, &vector, 1)
  }
}

func key(_ number: UInt64) -> DomainKey {
  DomainKey(host: HostUUID(high: 1, low: 2), domain: DomainUUID(high: 3, low: number))
}

func tried(_ what: String, _ body: () async throws(StoreError) -> Void) async {
  do throws(StoreError) {
    try await body()
    say("done \(what)")
  } catch {
    say("failed \(what)")
  }
}

/// Documents, steps that settle with a record and a ledger row, a row that is taken out.
func exercise(_ store: RecordStore) async {
  for number in UInt64(1)...3 {
    let row = DomainRow(
      key: key(number), name: "d\(number)", origin: .ours, createdAt: Timestamp(milliseconds: 1))
    let text = "document \(number) " + String(repeating: "x", count: 3_000)
    await tried("accept \(number)") { () throws(StoreError) in
      _ = try await store.accept(
        IncomingIntent(
          text: text.utf8, canonicalDigest: Digest(of: text), receivedAt: Timestamp(milliseconds: 2), source: "test"),
        for: row)
    }
    await tried("step \(number)") { () throws(StoreError) in
      let operation = try await store.startOperation(
        "reconcile", domain: key(number), at: Timestamp(milliseconds: 3))
      let step = StepRow(
        operation: operation, order: 1, target: StepTarget(kind: "device", name: "data"), action: "attach", side: .live,
        call: "virDomainAttachDeviceFlags", effect: "live", xml: XMLText("<disk n='\(number)'/>"), reason: "test")
      try await store.begin(step, at: Timestamp(milliseconds: 4))
      let live = RecordedSide(
        xml: XMLText("<domain n='\(number)'>" + String(repeating: "y", count: 5_000) + "</domain>"),
        libvirtVersion: Version(9, 0), hypervisorVersion: Version(7, 2), recordedAt: Timestamp(milliseconds: 5))
      guard let id = DeviceID("data") else { return }
      try await store.settle(
        Settlement(
          of: step, as: .done, at: Timestamp(milliseconds: 6), record: BothSides(live: live, persistent: nil),
          ledger: [
            .put(LedgerRow(device: id, kind: "disk", alias: "ua-data", slot: nil, since: Timestamp(milliseconds: 6)))
          ]))
    }
  }
  await tried("forget 1") { () throws(StoreError) in try await store.remove(key(1)) }
}

let arguments = CommandLine.arguments
guard arguments.count >= 3 else { exit(64) }
let location = StoreLocation(path: arguments[2])
do throws(StoreError) {
  switch arguments[1] {
  case "exercise":
    let lock = try await StoreLock.acquire(location, command: "exerciser", since: Timestamp(milliseconds: 0))
    let store = try RecordStore.openForWriting(location, lock: lock)
    say("open")
    await exercise(store)
    try store.close()
  case "backup":
    guard let store = try RecordStore.openForReading(location) else { exit(1) }
    _ = try await store.backUp(to: arguments[3], overwriting: true)
  case "restore":
    let lock = try await StoreLock.acquire(location, command: "exerciser", since: Timestamp(milliseconds: 0))
    _ = try await RecordStore.restore(
      from: StoreLocation(path: arguments[3]), to: location, lock: lock, at: Timestamp(milliseconds: 0))
  default: exit(64)
  }
  say("closed")
} catch {
  say("failed \(arguments[1]): \(error)")
  exit(1)
}
