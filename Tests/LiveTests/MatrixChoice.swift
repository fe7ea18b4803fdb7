import TestSupport

/// Which faults are tried, in which order: all of them, or one for each stage.
struct MatrixChoice {
  struct Result {
    var runs = 0
    var violations = 0
  }

  private var queues: [MatrixStage.Name: [MatrixFault]] = [:]
  private(set) var results: [MatrixFault.Victim: Result] = [:]
  private var names: Set<String> = []

  init(_ points: [MatrixStage.Name: [String]], seed: UInt64) {
    var numbers = SeededNumbers(seed: seed)
    var hostHad: Set<String> = []
    for name in MatrixStage.Name.allCases {
      let faults = MatrixFault.all(of: name, passing: points[name] ?? [], hostHad: &hostHad)
      if FaultResults.isFull {
        queues[name] = faults
      } else {
        let quick = faults.filter { !$0.mayWait }
        let victim = MatrixFault.Victim.allCases.filter { victim in quick.contains { $0.victim == victim } }
          .randomElement(using: &numbers)
        queues[name] = quick.filter { $0.victim == victim }.randomElement(using: &numbers).map { [$0] } ?? []
      }
    }
  }

  /// The stages that are played next; `nil` where no fault is left.
  var nextRound: Set<MatrixStage.Name>? {
    guard queues.values.contains(where: { !$0.isEmpty }) else { return nil }
    return Set(MatrixStage.Name.allCases.filter(isPlayed))
  }

  /// What disturbs a stage this time.
  mutating func takeFault(of stage: MatrixStage.Name) -> MatrixFault? {
    guard let fault = queues[stage]?.first else { return nil }
    queues[stage]?.removeFirst()
    return fault
  }

  /// A stage from which the next ones go on is played for their sake too.
  private func isPlayed(_ name: MatrixStage.Name) -> Bool {
    func has(_ names: MatrixStage.Name...) -> Bool { names.contains { queues[$0]?.isEmpty == false } }
    switch name {
    case .define, .delete: return true
    case .start, .attach, .update, .set:
      return has(.start, .attach, .update, .set, .eject, .resize, .password, .detach, .stop, .startAgain, .delete)
    case .eject, .resize, .password: return has(name)
    case .detach, .stop, .startAgain: return has(.detach, .stop, .startAgain)
    }
  }

  mutating func note(_ fault: MatrixFault, isViolated: Bool) {
    results[fault.victim, default: Result()].runs += 1
    if isViolated { results[fault.victim, default: Result()].violations += 1 }
    names.insert(fault.point)
  }

  var summary: String {
    let victims = MatrixFault.Victim.allCases.compactMap { victim in
      results[victim].map { "\(victim.rawValue) \($0.runs) runs, \($0.violations) violated" }
    }
    return "\(names.count) failpoints; " + victims.joined(separator: "; ")
  }
}
