import ArgumentParser
import Control
import OperatorFiles
import Vocabulary

/// `vmctl token`
struct TokenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "token",
    abstract: "Make, list and take back the tokens that vmctld takes.",
    discussion: """
      A token is shown once, when it is made; the file keeps its hash only. vmctld notices within a second that the file \
      has changed.

        vmctl token new --name ci --scope read --scope reconcile --expires 90d --domain 'web-*'
        vmctl token revoke ci
      """,
    subcommands: [TokenNew.self, TokenListing.self, TokenRevoke.self])

  /// Here too, so that the options may stand before the subcommand.
  @OptionGroup(title: "Global options") var common: CommonOptions
}

/// Where the tokens are.
struct TokenFileOption: ParsableArguments {
  @Option(
    help: ArgumentHelp("Default: VMCTLD_TOKENS, else \(TokenFile.standardPath).", valueName: "path"),
    completion: .file())
  var file: String?

  func tokens(in context: Context) -> TokenFile {
    if let file { return TokenFile(path: file) }
    if let variable = context.environment["VMCTLD_TOKENS"], !variable.isEmpty { return TokenFile(path: variable) }
    return TokenFile(path: TokenFile.standardPath)
  }
}

/// `vmctl token new`
struct TokenNew: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "new",
    abstract: "Make a token, and print it this once.",
    discussion: """
      stdout has the token and nothing else. Scopes are read, reconcile, protect and admin; none implies another.

        vmctl token new --name ci --scope read --scope reconcile --expires 90d --domain 'web-*' > ci.token
      """)

  @Option(help: ArgumentHelp("For the audit log, and for taking it back.", valueName: "name")) var name: String

  @Option(help: ArgumentHelp("What its bearer may do; once for each.", valueName: "scope")) var scope: [String]

  @Option(help: ArgumentHelp("Only domains whose name is like this; * is any characters.", valueName: "pattern"))
  var domain: [String] = []

  @Option(help: ArgumentHelp("Only domains with this label.", valueName: "key=value")) var label: [String] = []

  @Option(help: ArgumentHelp("A length of time as 90d, a moment as 2027-01-31T12:00:00Z, or never.", valueName: "time"))
  var expires = "90d"

  @OptionGroup var file: TokenFileOption
  @OptionGroup(title: "Global options") var common: CommonOptions

  func run(in context: Context) async throws -> Outcome {
    guard TokenRecord.isName(name) else {
      throw Problem("usage", "--name: '\(name)' is no name for a token", wanted: TokenRecord.nameRule, found: name)
    }
    let known = TokenRecord.scopes
    for word in scope where !known.contains(word) {
      throw Problem(
        "usage", "--scope: there is no scope '\(word)'", wanted: known.joined(separator: ", "), found: word,
        remedy: nearest(to: word, among: known).map { "did you mean '\($0)'?" })
    }
    let token = NewToken()
    try file.tokens(in: context).add(
      TokenRecord(
        name: name, digest: token.digest, scopes: known.filter(scope.contains), names: domain, labels: try labels(),
        expires: try end(from: context.now())))
    try context.output.write(token.text + "\n")
    return .asWanted
  }

  private func labels() throws(Problem) -> [String: String] {
    var labels: [String: String] = [:]
    for text in label {
      guard let sign = text.firstIndex(of: "="), sign != text.startIndex else {
        throw Problem("usage", "--label: '\(text)' is no label", wanted: "key=value", found: text)
      }
      labels[String(text[..<sign])] = String(text[text.index(after: sign)...])
    }
    return labels
  }

  /// Whole seconds: the file has no finer ones.
  private func end(from now: Int64) throws(Problem) -> Int64? {
    if expires == "never" { return nil }
    guard let end = TimeText.length(expires).map({ now + $0 }) ?? TimeText.moment(expires), end > now else {
      throw Problem(
        "usage", "--expires: '\(expires)' is no time to come", wanted: "90d, 2027-01-31T12:00:00Z or never",
        found: expires)
    }
    return end / 1000 * 1000
  }
}

/// `vmctl token list`
struct TokenListing: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the tokens: names, scopes, domains, until when.",
    discussion: """
      The tokens themselves are kept nowhere.

        vmctl token list -o json
      """)

  @OptionGroup var file: TokenFileOption
  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Global options") var common: CommonOptions

  var format: OutputFormat { output.output }

  func run(in context: Context) async throws -> Outcome {
    let tokens = try file.tokens(in: context).read().records.map { TokenDocument($0) }
    let now = context.now()
    try Page(context, format, noColor: common.noColor).print(tokens, asOne: false) { $0.map { $0.line(at: now) } }
    return .asWanted
  }
}

/// `vmctl token revoke`
struct TokenRevoke: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke",
    abstract: "Take a token back.",
    discussion: """
      vmctld takes it no more within a second, or at once on SIGHUP.

        vmctl token revoke ci
      """)

  @Argument(help: "The token's name.") var name: String

  @OptionGroup var file: TokenFileOption
  @OptionGroup(title: "Global options") var common: CommonOptions

  func run(in context: Context) async throws -> Outcome {
    try file.tokens(in: context).revoke(name)
    return .asWanted
  }
}
