import Control

/// What a command prints on stdout: one model in three formats.
struct Page {
  let format: OutputFormat
  let paint: Paint
  let width: Int?
  private let terminal: Terminal

  init(_ context: Context, _ format: OutputFormat, noColor: Bool) {
    self.format = format
    terminal = context.output
    paint = Paint(for: context.output, context.environment, noColor: noColor)
    width = context.output.width
  }

  /// Prints documents: as one object where one was asked for, as a list otherwise.
  func print<Document: Encodable>(
    _ documents: [Document], asOne: Bool, text: ([Document]) -> [String]
  ) throws {
    switch format {
    case .text: try print(text(documents))
    case .json, .yaml:
      if asOne, documents.count == 1 { try encode(documents[0]) } else { try encode(documents) }
    }
  }

  func print(_ lines: [String]) throws {
    guard !lines.isEmpty else { return }
    try terminal.write(lines.joined(separator: "\n") + "\n")
  }

  private func encode(_ value: some Encodable) throws {
    switch format {
    case .text, .json: try terminal.write(JSONText.pretty(value) + "\n")
    case .yaml: try terminal.write(YAMLText.text(value))
    }
  }
}
