import Vocabulary

extension DomainRow: StoredRow {
  static let table = Table(
    "domains", key: [],
    rest: [
      "name", "incarnation", "origin", "created_at", "creation_digest", "applied_generation", "observed_generation",
      "protected", "suspended", "started_by_us", "stopped_by_us", "paused_by_us", "ever_started",
      "last_good_start_at", "failed_starts", "last_start_at", "gone_reason", "gone_since",
    ])

  var values: [Value] {
    [
      .text(name), Value(incarnation), Value(origin), Value(createdAt),
      .digest(creationDigest), .generation(appliedGeneration),
      .generation(observedGeneration), Value(isProtected), Value(isSuspended),
      Value(power.startedByUs), Value(power.stoppedByUs), Value(power.pausedByUs),
      Value(power.everStarted), .moment(power.lastGoodStartAt),
      Value(power.failedStarts), .moment(power.lastStartAt),
      .text(gone?.reason), .moment(gone?.since),
    ]
  }

  init(_ row: inout StoredColumns) throws {
    key = try row.present(row.owner)
    name = try row.text()
    incarnation = try row.int()
    origin = try row.word()
    createdAt = try row.moment()
    creationDigest = try row.optionalDigest()
    appliedGeneration = try row.optionalGeneration()
    observedGeneration = try row.optionalGeneration()
    isProtected = try row.flag()
    isSuspended = try row.flag()
    power = Power()
    power.startedByUs = try row.flag()
    power.stoppedByUs = try row.flag()
    power.pausedByUs = try row.flag()
    power.everStarted = try row.flag()
    power.lastGoodStartAt = try row.optionalMoment()
    power.failedStarts = try row.int()
    power.lastStartAt = try row.optionalMoment()
    let reason = try row.optionalText()
    let since = try row.optionalMoment()
    if let reason, let since { gone = Gone(reason: reason, since: since) } else { gone = nil }
  }
}
