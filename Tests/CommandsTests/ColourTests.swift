import Control
import Testing
import Vocabulary

@Suite struct ColourTests {
  private func isColoured(
    terminal: Bool = true, _ environment: [String: String] = ["TERM": "xterm"], _ words: String...
  ) async -> Bool {
    var around = Surroundings()
    around.outputIsTerminal = terminal
    around.environment = environment
    around.answers.plans = [Samples.plan]
    return await around.run(["plan", "web-1"] + words).output.contains("\u{1b}[")
  }

  @Test func `a terminal gets colour, a pipe none`() async {
    #expect(await isColoured())
    #expect(await !isColoured(terminal: false))
  }

  @Test func `NO_COLOR, --no-color and a dumb terminal say no`() async {
    #expect(await !isColoured(["TERM": "xterm", "NO_COLOR": "1"]))
    #expect(await isColoured(["TERM": "xterm", "NO_COLOR": ""]))
    #expect(await !isColoured(["TERM": "xterm"], "--no-color"))
    #expect(await !isColoured(["TERM": "dumb"]))
    #expect(await !isColoured([:]))
  }

  @Test func `each stream by itself`() async {
    var around = Surroundings()
    around.environment = ["TERM": "xterm"]
    around.talkIsTerminal = true
    around.answers.problem = Problem("gone", "no")
    #expect(await around.run("get").talk == "\u{1b}[1;31merror:\u{1b}[0m no\n")
    around.talkIsTerminal = false
    around.outputIsTerminal = true
    #expect(await around.run("get").talk == "error: no\n")
  }

  @Test func `colour changes no word`() async {
    var around = Surroundings()
    around.answers.plans = [Samples.plan]
    let plain = await around.run("plan", "web-1").output
    around.outputIsTerminal = true
    around.columns = 200
    around.environment = ["TERM": "xterm"]
    let coloured = await around.run("plan", "web-1").output
    #expect(coloured.replacing(/\u{1b}\[[0-9;]*m/, with: "") == plain)
  }
}
