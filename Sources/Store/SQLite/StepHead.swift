import Vocabulary

/// A step's row; its XML is a blob.
struct StepHead: StoredRow {
  var step: StepRow
  /// Its operation's.
  let domain: DomainKey?
  let xmlDigest: Digest?

  static let table = Table(
    "steps", owned: false, key: ["operation", "number"],
    rest: [
      "domain", "target_kind", "target_name", "device_kind", "action", "side", "call", "effect", "slot", "xml_digest",
      "reason",
      "origin", "state", "started_at", "settled_at", "error",
    ])

  var values: [Value] {
    [Value(step.operation), Value(step.order), .domain(domain)] + step.target.values + [
      .text(step.deviceKind), .text(step.action),
      .text(step.side?.rawValue), .text(step.call), .text(step.effect),
      .slot(step.slot), .digest(xmlDigest), .text(step.reason),
      Value(step.origin), Value(step.state),
      .moment(step.startedAt), .moment(step.settledAt),
      .text(step.error),
    ]
  }

  /// The step with its XML.
  func row(_ connection: Connection) throws -> StepRow {
    guard let xmlDigest else { return step }
    return step.with(XMLText(bytes: try connection.blob(xmlDigest)))
  }
}

extension StepHead {
  init(_ row: inout StoredColumns) throws {
    let operation = OperationID(try row.integer())
    let order = try row.int()
    domain = try row.optionalDomain()
    let target = StepTarget(kind: try row.text(), name: try row.text())
    let deviceKind = try row.optionalText()
    let action = try row.text()
    let side: Side? = try row.optionalWord()
    let call = try row.text()
    let effect = try row.text()
    let slot = try row.optionalSlot()
    xmlDigest = try row.optionalDigest()
    step = StepRow(
      operation: operation, order: order, target: target, deviceKind: deviceKind, action: action, side: side,
      call: call, effect: effect, slot: slot, reason: try row.text(), origin: try row.word(), state: try row.word(),
      startedAt: try row.optionalMoment(), settledAt: try row.optionalMoment(), error: try row.optionalText())
  }
}

extension StepRow {
  fileprivate func with(_ xml: XMLText) -> StepRow {
    StepRow(
      operation: operation, order: order, target: target, deviceKind: deviceKind, action: action, side: side,
      call: call, effect: effect, slot: slot, xml: xml, reason: reason, origin: origin, state: state,
      startedAt: startedAt, settledAt: settledAt, error: error)
  }
}
