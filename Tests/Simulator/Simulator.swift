import ArgumentParser
import CSimulator
import Faults
import Foundation
import Synchronization
import TestSupport

/// Runs seeds and says what did not hold.
@main
struct Simulator: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vmctl-simulator",
    abstract: "Plays histories of one domain, each from a seed, and checks the invariants after every step.",
    discussion: """
      A seed is one history, the same every time. A seed that fails is printed; --seed plays it again with a trace.

      EXAMPLES
        vmctl-simulator --from 0 --count 20000
        vmctl-simulator --seed 4711
        vmctl-simulator --bugs --count 500
      """)

  @Option(help: "The first seed.") var from: UInt64 = 0
  @Option(help: "How many seeds; with --bugs, how many for each bug.") var count: UInt64 = 200
  @Option(help: "One seed, with everything that happens in it.") var seed: UInt64?
  @Option(help: "Plant this bug.") var bug: String?
  @Flag(help: "Plant each bug in turn, and say which seed finds it.") var bugs = false
  @Option(help: "How many processes share the work.") var jobs = 1
  @Option(help: "Stop after so many violations.") var most = 20

  func run() throws {
    try Simulator.beDeterministic()
    vmctl_keep_memory()
    if let seed { return try play(seed) }
    if jobs > 1 { return try share() }
    if bugs { return try plant() }
    let start = ContinuousClock.now
    var failed = 0
    let planted = try bug.map { try Simulator.bug($0) }
    for number in from..<from + count {
      let outcome = History.run(seed: number, bug: planted)
      guard let first = outcome.violations.first else { continue }
      failed += 1
      say("seed \(number): \(first)")
      if failed >= most { break }
    }
    let spent = start.duration(to: .now)
    say("\(count) seeds from \(from) in \(spent.formatted(.units(allowed: [.seconds]))): \(failed) with violations")
    if jobs == 1, ProcessInfo.processInfo.environment["VMCTL_SIMULATOR_SHARE"] == nil {
      FaultResults.note("simulator", "random histories", runs: Int(count), violations: failed)
    }
    if failed > 0 { throw ExitCode(1) }
  }

  private func play(_ seed: UInt64) throws {
    World.isTraced.withLock { $0 = true }
    let outcome = History.run(seed: seed, bug: try bug.map { try Simulator.bug($0) })
    for line in outcome.trace { say(line) }
    if let first = outcome.violations.first {
      say("seed \(seed): \(first)")
      throw ExitCode(1)
    }
    say("seed \(seed): nothing to report")
  }

  /// The seeds in equal parts, one process for each.
  private func share() throws {
    let part = (count + UInt64(jobs) - 1) / UInt64(jobs)
    var children: [Process] = []
    for index in 0..<UInt64(jobs) where index * part < count {
      let child = Process()
      child.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
      child.arguments =
        [
          "--from", String(from + index * part), "--count", String(min(part, count - index * part)), "--most",
          String(most),
        ]
        + (bug.map { ["--bug", $0] } ?? []) + (bugs ? ["--bugs"] : [])
      child.environment = ProcessInfo.processInfo.environment.merging(["VMCTL_SIMULATOR_SHARE": "1"]) { $1 }
      try child.run()
      children.append(child)
    }
    for child in children { child.waitUntilExit() }
    let isClean = children.allSatisfy { $0.terminationStatus == 0 }
    FaultResults.note("simulator", "random histories", runs: Int(count), violations: isClean ? 0 : 1)
    if !isClean { throw ExitCode(1) }
  }

  private func plant() throws {
    var missed: [PlantedBug] = []
    var early = 0
    for bug in PlantedBug.allCases {
      let finder = (from..<from + count).lazy.compactMap { number in
        History.run(seed: number, bug: bug).violations.first.map { (number, $0) }
      }.first
      if let (number, violation) = finder {
        if number - from < 500 { early += 1 }
        say("\(bug.rawValue): seed \(number): \(violation)")
      } else {
        missed.append(bug)
        say("\(bug.rawValue): NOT FOUND in \(count) seeds")
      }
    }
    let all = PlantedBug.allCases.count
    say("\(all - missed.count) of \(all) planted bugs found, \(early) of them within 500 seeds")
    FaultResults.note("simulator", "planted bugs, each has to be found", runs: all, violations: missed.count)
    if !missed.isEmpty { throw ExitCode(1) }
  }

  private static func bug(_ name: String) throws -> PlantedBug {
    guard let bug = PlantedBug(rawValue: name) else {
      throw ValidationError("there is no planted bug '\(name)': \(PlantedBug.allCases.map(\.rawValue))")
    }
    return bug
  }

  /// Swift seeds its hash tables anew in each process, and then sets are walked in another order.
  private static func beDeterministic() throws {
    guard ProcessInfo.processInfo.environment["SWIFT_DETERMINISTIC_HASHING"] == nil else { return }
    setenv("SWIFT_DETERMINISTIC_HASHING", "1", 1)
    var arguments = CommandLine.arguments.map { strdup($0) }
    arguments.append(nil)
    execv("/proc/self/exe", arguments)
    throw ValidationError("cannot start again: \(String(cString: strerror(errno)))")
  }

  /// Line by line, also into a file: a long run is watched.
  private func say(_ text: String) {
    print(text)
    fflush(nil)
  }
}
