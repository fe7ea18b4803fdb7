import ArgumentParser
import Control
import Vocabulary

/// `vmctl password`
struct Password: VerbCommand {
  static let configuration = CommandConfiguration(
    commandName: "password",
    abstract: "Set the password of a domain's screen.",
    usage: "vmctl password <domain> [--type vnc|spice] [<options>]",
    discussion: """
      Reads one line from standard input, so that it is in no list of processes and in no shell's history. It is set \
      on the running domain and in its definition, and kept nowhere else; nothing can read it back.

        vmctl password web-1 < password.txt
        pass show web-1 | vmctl password web-1 --type vnc
      """)

  @OptionGroup var options: VerbOptions

  @Option(help: "Which screen, where there are several.")
  var type: String?

  var request: VerbRequest { VerbRequest(.password, domain: options.domain.text, device: type) }

  func run(in context: Context) async throws -> Outcome {
    let line =
      String(decoding: try context.input(4096), as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false).first.map(String.init) ?? ""
    guard !line.isEmpty, line.unicodeScalars.allSatisfy({ $0.value >= 32 }) else {
      throw Problem(
        "usage", "there is no password on standard input", domain: options.domain.text,
        remedy: "vmctl password \(options.domain.text) < password.txt")
    }
    var request = request
    request.secret = Secret(line)
    return try await options.perform(request, in: context)
  }
}
