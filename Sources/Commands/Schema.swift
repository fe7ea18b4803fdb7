import ArgumentParser
import Control
import Intent

/// `vmctl schema`
struct Schema: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Print the JSON Schema of intent documents.",
    discussion: """
      From the same table that the documents are read by, so editors and controllers know every key.

        vmctl schema > vmctl.schema.json
        # first line of a document, for editors with a YAML language server:
        # yaml-language-server: $schema=vmctl.schema.json
      """)

  @OptionGroup(title: "Global options") var common: CommonOptions

  func run(in context: Context) async throws -> Outcome {
    try context.output.write(IntentSchema.json())
    return .asWanted
  }
}
