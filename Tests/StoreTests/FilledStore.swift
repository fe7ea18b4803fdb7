import Digests
import Store
import TestSupport
import Vocabulary

extension Sample {
  /// A store with a row in every table.
  static func filled(_ place: TemporaryStore) async throws {
    let store = try await place.writing()
    let intent = IncomingIntent(
      text: "mark-intent".utf8, canonicalDigest: Digest(of: "i"), receivedAt: at(0), source: "mark-source")
    _ = try await store.accept(intent, for: domain(name: "mark-domain"))
    try await store.record(sides(live: "<mark-live/>"), of: key(), origin: .ours)
    var ledger = try held("data")
    ledger.naturalKey = "mark-ledger"
    var applied = try applied("data")
    applied.alias = "mark-applied"
    var unplug = unplug("data")
    unplug.said = "mark-unplug"
    let condition = ConditionRow(
      type: "Ready", status: true, reason: "AsWanted", message: "mark-condition", since: at(0),
      observedGeneration: nil)
    try await store.save(
      DomainChanges(ledger: [ledger], applied: [applied], unplugs: [unplug], conditions: [condition]), of: key())
    let operation = try await store.startOperation("mark-verb", domain: key(), at: at(1))
    let step = StepRow(
      operation: operation, order: 1, target: StepTarget(kind: "device", name: "data"), action: "attach",
      call: "virDomainAttachDeviceFlags", effect: "live", xml: XMLText("<mark-step/>"), reason: "mark-reason")
    try await store.begin(step, at: at(2))
    try store.close()
  }
}
