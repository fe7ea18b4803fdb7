import ArgumentParser

/// How data is printed.
enum OutputFormat: String, Sendable, CaseIterable, ExpressibleByArgument {
  case text, json, yaml
}

struct OutputOptions: ParsableArguments, Sendable {
  @Option(
    name: [.short, .customLong("output")],
    help: ArgumentHelp("How data is printed.", valueName: "format"))
  var output = OutputFormat.text
}
