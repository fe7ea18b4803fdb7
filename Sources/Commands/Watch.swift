import ArgumentParser
import Control
import Vocabulary

/// `vmctl watch`
struct Watch: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract: "Print what happens to domains, as it happens.",
    usage: "vmctl watch [<domain> ...] [--after <id>] [<options>]",
    discussion: """
      A line for each event of the daemon: documents that it takes in, steps, operations that end, conditions and \
      states that change. Goes on over a restart of the daemon, until it is interrupted. With -o json one object a \
      line, the first of them {"type": "version", …}; with --after it begins after the event of that id.

        vmctl watch
        vmctl watch web-1 web-2
        vmctl watch -o json | jq -r 'select(.type == "conditions") | .domain'

      Needs vmctld: without one nobody but the command itself changes anything, and it says what it does.
      """)

  @Argument(help: ArgumentHelp("Domains by name or UUID; none: all.", valueName: "domain"))
  var domains: [DomainArgument] = []

  @Option(help: ArgumentHelp("The event after which to begin, where it is still kept.", valueName: "id"))
  var after: String?

  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Global options") var common: CommonOptions

  var format: OutputFormat { output.output }

  func validate() throws {
    if format == .yaml { throw ValidationError("Events are printed as text or json.") }
  }

  private struct Version: Encodable {
    let type = "version"
    let apiVersion = "vmctl/v1"
    let vmctl = BuildVersion.text
  }

  func run(in context: Context) async throws -> Outcome {
    guard let resident = try common.chosen("watch", in: context, format).resident else {
      throw Problem(
        "no-daemon", "there is no vmctld to watch", remedy: "start one: `systemctl start vmctld`, or `vmctld`")
    }
    let events = try await resident.events(after: after)
    if format == .json { try context.output.write(JSONText.line(Version()) + "\n") }
    let paint = Paint(for: context.output, context.environment, noColor: common.noColor)
    for await event in events where concerns(event) {
      if format == .json {
        try context.output.write(JSONText.line(event) + "\n")
      } else {
        for line in EventText(event: event, paint: paint, localTime: context.localTime).lines {
          try context.output.write(line + "\n")
        }
      }
    }
    throw Problem("daemon-lost", "the daemon sends no more events", remedy: "`vmctl watch` again")
  }

  /// What is of no domain is of all.
  private func concerns(_ event: ServerEvent) -> Bool {
    guard !domains.isEmpty, event.domain != nil || event.uuid != nil else { return true }
    return domains.contains { $0.text == event.domain || $0.text == event.uuid?.description }
  }
}
