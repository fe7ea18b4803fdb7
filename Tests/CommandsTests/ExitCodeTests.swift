import Control
import Testing
import Vocabulary

/// Design section 9, code by code.
@Suite struct ExitCodeTests {
  @Test(arguments: Outcome.allCases) func `an outcome is its exit code`(_ outcome: Outcome) async {
    var around = Surroundings()
    around.answers.events = [Samples.finished(Samples.report(outcome))]
    #expect(await around.run("reconcile", "web-1").status == outcome.exitCode)
    #expect(await around.run("stop", "web-1").status == outcome.exitCode)
  }

  @Test func `of several domains the most serious counts, in the order 1, 13, 14, 12, 11, 10, 0`() async {
    let order: [Outcome] = [.error, .conflict, .abiDiffers, .refused, .waiting, .nextBoot, .asWanted]
    for (index, worst) in order.enumerated() {
      var around = Surroundings()
      around.answers.events = order[index...].shuffled().enumerated().map { place, outcome in
        Samples.finished(Samples.report(outcome, "web-\(place)"))
      }
      let ran = await around.run("reconcile", "--all", "-q")
      #expect(ran.status == worst.exitCode)
      if index < order.count - 1 { #expect(ran.output.contains("DOMAIN  EXIT  OUTCOME")) }
    }
  }

  @Test(
    arguments: [
      ("no-such-domain", 1), ("libvirt", 1), ("store-held", 13), ("gone", 13), ("stale-generation", 13),
      ("job-in-progress", 13), ("uuid-clash", 13), ("protected", 12), ("removal-not-meant", 12), ("slots-short", 12),
      ("invalid-document", 64), ("secret-in-document", 64), ("of-a-newer-vmctl", 1),
    ] as [(Problem.Code, Int32)])
  func `a problem that is thrown is its exit code`(_ code: Problem.Code, _ status: Int32) async {
    var around = Surroundings()
    around.answers.problem = Problem(code, "no")
    let ran = await around.run("start", "a")
    #expect(ran.status == status)
    #expect(ran.output.isEmpty)
    #expect(ran.talk == "error: no\n")
  }

  @Test(
    arguments: [
      ["plan", "a"], ["reconcile", "a"], ["get"], ["devices", "a"], ["pending"], ["history", "a"], ["show", "a"],
      ["show", "a", "--xml"], ["start", "a"], ["delete", "a"], ["diff", "a"], ["blame", "a"],
    ])
  func `every command says a problem that is thrown`(_ command: [String]) async {
    var around = Surroundings()
    around.answers.problem = Problem("gone", "no")
    let ran = await around.run(command)
    #expect(ran.status == 13)
    #expect(ran.output.isEmpty)
    #expect(ran.talk == "error: no\n")
  }

  @Test func `plan is 12 on refusals, else 2 with the option, else 0`() async {
    func status(_ plans: [PlanDocument], _ words: String...) async -> Int32 {
      var around = Surroundings()
      around.answers.plans = plans
      return await around.run(["plan", "web-1"] + words).status
    }
    #expect(await status([Samples.changingPlan()]) == 0)
    #expect(await status([Samples.changingPlan()], "--detailed-exitcode") == 2)
    #expect(await status([Samples.emptyPlan()], "--detailed-exitcode") == 0)
    #expect(await status([Samples.refusedPlan("slots-short")], "--detailed-exitcode") == 12)
    #expect(await status([Samples.refusedPlan("gone")]) == 13)
    #expect(await status([Samples.emptyPlan(), Samples.changingPlan("b")], "--detailed-exitcode") == 2)
  }

  @Test func `an operation that ends without a report is an error`() async {
    var around = Surroundings()
    around.answers.events = Array(Samples.events.dropLast())
    let ran = await around.run("reconcile", "web-1", "-q")
    #expect(ran.status == 1)
    #expect(ran.talk.hasPrefix("error: the operation ended without saying how\n"))
    let none = await Surroundings().run("reconcile", "web-1")
    #expect(none.status == 1)
    let all = await Surroundings().run("reconcile", "--all")
    #expect(all.status == 0)
    #expect(all.talk == "vmctl has no document for any domain.\n")
  }

  @Test(arguments: [2, 15] as [Int32])
  func `a signal ends a reconcile: what was begun is in the journal`(_ signal: Int32) async {
    var around = Surroundings()
    around.answers.events = Array(Samples.events.prefix(3))
    around.answers.staysOpen = true
    around.signal = signal
    let ran = await around.run("reconcile", "web-1")
    #expect(ran.status == 128 + signal)
    // What was told before may be printed after it.
    #expect(
      ran.talk.contains(
        "interrupted: what was begun is in the journal, and the next `vmctl reconcile` goes on from there\n"))
    #expect(ran.output.isEmpty)
  }

  @Test(.timeLimit(.minutes(1))) func `a signal ends a command that libvirt keeps waiting`() async {
    var around = Surroundings()
    around.answers.hangs = true
    around.signal = 2
    let clock = ContinuousClock()
    let start = clock.now
    #expect(await around.run("reconcile", "web-1").status == 130)
    #expect(clock.now - start < .seconds(15))
  }
}
