import Control
import Foundation
import Libvirt
import Reconciling
import TestSupport
import Testing
import Vocabulary

/// Plays the stages of one domain's life by the program itself, each with a fault or without, and says what of it was
/// not as it must be.
struct Matrix {
  /// What a stage came to where nothing disturbed it.
  struct Undisturbed {
    let facts: MatrixFacts
    /// The failpoints that its command passes.
    let points: [String]
    /// Mutating calls of the command and of the reconciles after it.
    let calls: [String: Int]
  }

  let host: PrivateHost
  let domain: LiveDomain
  let program: Program
  var undisturbed: [MatrixStage.Name: Undisturbed] = [:]

  init(host: PrivateHost, domain: LiveDomain) {
    self.host = host
    self.domain = domain
    program = Program(domain)
  }

  mutating func play(_ stage: MatrixStage, _ fault: MatrixFault? = nil) async throws -> MatrixPlay {
    var play = MatrixPlay(stage: stage, fault: fault, domain: domain)
    try await prepare(stage)
    let first = try await program.run(stage.words, order: try fault.map(order), input: stage.input)
    play.runs.append(first)
    if let fault {
      try play.checkFault(first)
      if fault.victim == .host { try host.powerLoss() }
      if fault.victim == .libvirtd { try await untilItAnswers() }
      try await finish(stage, fault, first, &play)
    } else {
      play.check(stage.exitCodes.contains(first.exitCode), "exit \(first.exitCode): \(first.talk)\(first.output)")
    }
    if stage.name != .delete { try await settle(stage, &play) }
    let facts = try await MatrixFacts.read(domain)
    if let expected = undisturbed[stage.name] {
      play.check(facts == expected.facts, "is \(facts), should be \(expected.facts)")
      if fault?.victim == .vmctl { play.checkCalls(against: expected.calls) }
    } else {
      undisturbed[stage.name] = Undisturbed(facts: facts, points: first.passed, calls: play.calls)
    }
    return play
  }

  private func prepare(_ stage: MatrixStage) async throws {
    if let document = stage.document {
      try Data(document.utf8).write(to: URL(filePath: domain.folder + "/document.yaml"))
    }
    // A guest that is not up yet lets nothing go.
    if stage.needsGuest {
      _ = try await domain.guest { $0.disks[stage.name == .detach ? "data" : "root"] != nil }
    }
  }

  private func order(_ fault: MatrixFault) throws -> String {
    let place = "\(fault.point):\(fault.number)"
    let marker = MatrixPlay.marker(domain)
    switch fault.victim {
    case .vmctl, .host: return place + ":kill"
    case .libvirtd:
      let daemon = try #require(try host.process("libvirtd"))
      return "\(place):run=kill -9 \(daemon) && echo > \(marker)"
    case .qemu: return "\(place):run=\(host.commandToKill(domain: domain.name)) && echo > \(marker)"
    }
  }

  /// Whoever was disturbed calls the same command again, once.
  private func finish(
    _ stage: MatrixStage, _ fault: MatrixFault, _ first: Program.Run, _ play: inout MatrixPlay
  ) async throws {
    if !first.wasKilled, stage.exitCodes.contains(first.exitCode) { return }
    play.neededAnother = !first.wasKilled
    // What the power took away is first to be there again.
    if fault.victim == .host, stage.document == nil { play.runs.append(try await reconcile()) }
    var second = try await program.run(stage.words, input: stage.input)
    play.runs.append(second)
    if fault.mayWait, second.exitCode == 11 {
      try await Task.sleep(for: .seconds(31))
      second = try await program.run(stage.words, input: stage.input)
      play.runs.append(second)
    }
    let isGone = stage.name == .delete && second.talk.contains("there is no domain")
    play.check(
      isGone || stage.exitCodes.contains(second.exitCode),
      "the next one: exit \(second.exitCode): \(second.talk)\(second.output); first \(first.talk)\(first.output)")
  }

  /// What is left open the next reconcile settles, and what a new libvirtd words otherwise it records; the one after
  /// that has nothing to do (I9).
  private func settle(_ stage: MatrixStage, _ play: inout MatrixPlay) async throws {
    if stage.document == nil || (play.fault != nil && play.runs.count == 1) {
      let next = try await reconcile()
      play.runs.append(next)
      play.check(next.exitCode == 0, "a reconcile after it: exit \(next.exitCode): \(next.talk)\(next.output)")
    }
    let before = storeBytes
    let again = try await reconcile()
    play.runs.append(again)
    play.check(
      again.exitCode == 0 && (again.talk + again.output).contains("nothing to do"),
      "I9: a reconcile after it: exit \(again.exitCode): \(again.talk)\(again.output)")
    play.check(MatrixPlay.calls(again.passed).isEmpty, "I9: a reconcile after it calls \(again.passed)")
    play.check(before == storeBytes, "I9: a reconcile after it writes to the store")
    let open = try await domain.control.history(of: domain.name, limit: 5).flatMap { operation in
      let steps = operation.steps.filter { ["started", "unknown", "waiting", "planned"].contains($0.state) }
      return (operation.endedAt == nil ? ["\(operation.verb) has no end"] : [])
        + steps.map { "\($0.call) is \($0.state)" }
    }
    play.check(open == [], "I6: left open: \(open)")
    // Kept connections are kept descriptors, and hundreds of runs come after this one.
    domain.forgetCalls()
  }

  /// Removes the domain and the store, whatever there is of them.
  func startOver() async throws {
    try await untilItAnswers()
    let connection = try await Connection.open(uri: host.uri, readOnly: false)
    if let found = try await connection.observe(.name(domain.name)) {
      if found.state.isActive { try await connection.destroy(found.uuid) }
      if found.isPersistent { try await connection.undefine(found.uuid, [.managedSave]) }
    }
    await connection.close()
    let store = URL(filePath: domain.storePath).deletingLastPathComponent()
    if FileManager.default.fileExists(atPath: store.path()) { try FileManager.default.removeItem(at: store) }
  }

  /// Until there is the next libvirtd: a command that finds none at its start says so and ends.
  private func untilItAnswers() async throws {
    let deadline = ContinuousClock.now + .seconds(30)
    while true {
      do {
        let connection = try await Connection.open(uri: host.uri, readOnly: true)
        return await connection.close()
      } catch {
        guard ContinuousClock.now < deadline else { throw error }
        try await Task.sleep(for: .milliseconds(20))
      }
    }
  }

  private func reconcile() async throws -> Program.Run {
    try await program.run(["reconcile", "--quiet", domain.name])
  }

  private var storeBytes: [Data?] {
    ["", "-wal"].map { FileManager.default.contents(atPath: domain.storePath + $0) }
  }
}
