import Control
import Testing

/// `vmctl adopt`: looking is not doing, and what would do more than write metadata is refused.
@Suite struct AdoptTests {
  private func run(_ plan: PlanDocument, _ words: String...) async -> Ran {
    var around = Surroundings()
    around.answers.plans = [plan]
    around.answers.events = [Samples.finished(Samples.report(.asWanted))]
    return await around.run(["adopt", "web-1"] + words)
  }

  @Test func `--print prints the document, --check the plan, and neither does anything`() async {
    let printed = await run(Samples.emptyPlan(), "--print")
    #expect(printed.status == 0)
    #expect(printed.output == "kind: Domain\n")
    #expect(printed.calls == [.adoption("web-1")])
    let checked = await run(Samples.emptyPlan(), "--check")
    #expect(checked.status == 0)
    #expect(checked.calls == [.adoption("web-1")])
    let json = await run(Samples.emptyPlan(), "--check", "-o", "json")
    #expect(json.output.contains("\"kind\" : \"Adoption\""))
  }

  @Test func `a domain that would need more than metadata is refused`() async {
    #expect(await run(Samples.changingPlan(), "--check").status == 12)
    #expect(await run(Samples.refusedPlan("needs-redefine"), "--check").status == 12)
  }

  @Test func `without an option it adopts`() async {
    let ran = await run(Samples.emptyPlan())
    #expect(ran.status == 0)
    #expect(ran.calls == [.perform(VerbRequest(.adopt, domain: "web-1"))])
    #expect(await run(Samples.emptyPlan(), "--check", "--print").status == 64)
  }
}
