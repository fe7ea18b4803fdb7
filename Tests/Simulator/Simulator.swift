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
    vmctl_count_no_memory()
    if let seed { return try play(seed) }
    if bugs { return try plant() }
    if jobs > 1 { return try share() }
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

  // MARK: Several processes

  /// How many seeds a process is given at once.
  private static let part: UInt64 = 1000

  /// Each process gets the next part of the seeds: no core is as fast as the other all the time.
  private func share() throws {
    let size = min(Simulator.part, (count + UInt64(jobs) - 1) / UInt64(jobs))
    let isClean = Mutex(true)
    sideBySide(Array(stride(from: from, to: from + count, by: Int(size)))) { start in
      let part = ["--from", String(start), "--count", String(min(size, from + count - start)), "--most", String(most)]
      if runAgain(part + (bug.map { ["--bug", $0] } ?? [])).status != 0 { isClean.withLock { $0 = false } }
    }
    let held = isClean.withLock { $0 }
    FaultResults.note("simulator", "random histories", runs: Int(count), violations: held ? 0 : 1)
    if !held { throw ExitCode(1) }
  }

  /// Each bug in a process of its own, up to the first seed that finds it.
  private func plant() throws {
    let found = Mutex<[PlantedBug: UInt64]>([:])
    sideBySide(PlantedBug.allCases) { bug in
      let said = runAgain(
        ["--from", String(from), "--count", String(count), "--most", "1", "--bug", bug.rawValue], isQuiet: true)
      // "seed 12: rule: ..."
      guard said.status != 0, let line = said.output.split(separator: "\n").first(where: { $0.hasPrefix("seed ") }),
        let seed = UInt64(line.dropFirst(5).prefix { $0.isNumber })
      else { return say("\(bug.rawValue): NOT FOUND in \(count) seeds \(said.output)") }
      found.withLock { $0[bug] = seed }
      say("\(bug.rawValue): \(line)")
    }
    let all = PlantedBug.allCases.count
    let seeds = found.withLock { $0.values }
    let early = seeds.filter { $0 - from < 500 }.count
    say("\(seeds.count) of \(all) planted bugs found, \(early) of them within 500 seeds")
    FaultResults.note("simulator", "planted bugs, each has to be found", runs: all, violations: all - seeds.count)
    if seeds.count < all { throw ExitCode(1) }
  }

  /// Works at as many of `things` at once as there are jobs.
  private func sideBySide<Thing: Sendable>(_ things: [Thing], _ work: @Sendable (Thing) -> Void) {
    let next = Mutex(0)
    DispatchQueue.concurrentPerform(iterations: jobs) { _ in
      while true {
        let index = next.withLock { next in
          defer { next += 1 }
          return next
        }
        guard index < things.count else { return }
        work(things[index])
      }
    }
  }

  private func runAgain(_ arguments: [String], isQuiet: Bool = false) -> (status: Int32, output: String) {
    let child = Process()
    child.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    child.arguments = arguments
    child.environment = ProcessInfo.processInfo.environment.merging(["VMCTL_SIMULATOR_SHARE": "1"]) { $1 }
    let pipe = isQuiet ? Pipe() : nil
    if let pipe { child.standardOutput = pipe }
    do {
      try child.run()
      let output = try pipe?.fileHandleForReading.readToEnd()
      child.waitUntilExit()
      return (child.terminationStatus, output.map { String(decoding: $0, as: UTF8.self) } ?? "")
    } catch {
      say("cannot start again with \(arguments): \(error)")
      return (-1, "")
    }
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
