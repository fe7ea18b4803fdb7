import Commands
import Control
import Foundation
import Testing
import Vocabulary

@Suite struct HelpTests {
  /// Issue 2, item 9.
  static let commands = [
    "reconcile", "plan", "get", "devices", "show", "history", "pending", "start", "stop", "restart", "delete",
    "forget", "restore", "protect", "unprotect", "adopt", "explain", "schema", "completion", "diff", "blame", "doctor",
    "store", "abi", "suspend", "resume", "wait", "watch",
  ]

  @Test func `the root lists every command and every exit code`() async {
    for words in [["--help"], [], ["help"]] {
      let ran = await Surroundings().run(words)
      #expect(ran.status == 0)
      #expect(ran.talk.isEmpty)
      for command in HelpTests.commands { #expect(ran.output.contains("\n  \(command) ")) }
      for outcome in Outcome.allCases { #expect(ran.output.contains(" \(outcome.exitCode)  ")) }
    }
  }

  @Test(arguments: commands) func `help teaches: an abstract, an example to run, the global options`(_ command: String)
    async
  {
    for words in [[command, "--help"], ["help", command]] {
      let ran = await Surroundings().run(words)
      #expect(ran.status == 0)
      #expect(ran.output.hasPrefix("OVERVIEW: "))
      #expect(ran.output.contains("\n  vmctl \(command)"))
      #expect(ran.output.contains("--connect <uri>"))
      #expect(ran.output.contains("--store <path>"))
      #expect(ran.output.contains("--socket <path>"))
      #expect(ran.output.contains("--no-color"))
    }
  }

  @Test(arguments: [
    "plan", "reconcile", "get", "devices", "pending", "history", "show", "start", "delete", "diff", "blame",
  ])
  func `where data comes out it has three formats`(_ command: String) async {
    let ran = await Surroundings().run(command, "--help")
    #expect(ran.output.contains("-o, --output <format>"))
    #expect(ran.output.contains("text, json, yaml"))
  }

  /// Only examples: what they say must parse.
  @Test(arguments: commands) func `the examples parse`(_ command: String) async throws {
    let help = await Surroundings().run(command, "--help").output
    let lines = help.split(separator: "\n").filter { $0.hasPrefix("  vmctl ") }
    #expect(!lines.isEmpty)
    // What an example writes goes where the test may write.
    let folder = try Folder([:])
    for line in lines {
      var words = Array(line.split(separator: " ").map(String.init).prefix { !["|", ">"].contains($0) }.dropFirst())
      for index in words.indices.dropFirst() where words[index - 1] == "-o" && words[index].hasSuffix(".json") {
        words[index] = folder(words[index])
      }
      // Nothing happens here that could be waited for.
      if words.first == "wait" { words += ["--timeout", "1ms"] }
      let ran = await Surroundings().run(words)
      // Files of examples are not there; every other complaint is about the example.
      #expect(!ran.talk.contains("Usage:"), "\(line): \(ran.talk)")
      #expect(!ran.talk.contains("there is no command"), "\(line)")
    }
  }

  @Test func `the version is one line`() async {
    let ran = await Surroundings().run("--version")
    #expect(ran.output == "vmctl \(BuildVersion.text)\n")
    #expect(ran.status == 0)
  }

  @Test(arguments: ["bash", "zsh", "fish"]) func `completion scripts know commands and ask for domains`(_ shell: String)
    async
  {
    let ran = await Surroundings().run("completion", shell)
    #expect(ran.status == 0)
    for command in HelpTests.commands { #expect(ran.output.contains(command)) }
    #expect(ran.output.contains("vmctl get --names"))
  }

  @Test func `the schema is JSON`() async throws {
    let ran = await Surroundings().run("schema")
    #expect(ran.status == 0)
    _ = try JSONSerialization.jsonObject(with: Data(ran.output.utf8))
  }

  @Test func `output that cannot be written is an error`() async {
    let broken = Terminal(isTerminal: false, write: { _ in throw BrokenPipe() })
    let talk = Sheet()
    let context = Context(
      environment: [:], output: broken, talk: Terminal(isTerminal: false, write: talk.add), input: { _ in [] },
      makeControl: { _ in ChosenControl(FakeControl(FakeControl.Answers(plans: [Samples.plan]))) }, now: { 0 },
      localTime: { _ in "" }, interrupts: { AsyncStream { _ in } })
    for words in [["--help"], ["plan", "web-1"], ["completion", "bash"]] {
      #expect(await Program.run(words, in: context) == 1)
    }
    #expect(talk.text.contains("error: "))
  }

  private struct BrokenPipe: Error {}
}
