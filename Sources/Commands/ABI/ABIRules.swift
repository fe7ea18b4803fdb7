import ArgumentParser
import Control
import DomainXML
import GuestABI
import Vocabulary

/// `vmctl abi rules`
struct ABIRules: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "rules",
    abstract: "List what belongs to a guest's hardware, who compares it, and why it matters.",
    usage: "vmctl abi rules [<subject>] [<options>]",
    discussion: """
      What `vmctl abi compare` goes by, so the answer is what happens. A subject is a kind of device, or domain for \
      everything else; device is what all devices share, virtio what virtio devices do.

        vmctl abi rules
        vmctl abi rules disk
        vmctl abi rules domain -o json
        vmctl abi rules -o markdown
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable, Sendable {
    case text, json, yaml, markdown
  }

  @Argument(
    help: "A kind of device, or domain, device or virtio; none: all.",
    completion: .list(ABIRuleDocument.subjects))
  var subject: String?

  @Option(name: [.short, .customLong("output")], help: ArgumentHelp("How data is printed.", valueName: "format"))
  var output = Format.text

  @OptionGroup(title: "Global options") var common: CommonOptions

  var format: OutputFormat { OutputFormat(rawValue: output.rawValue) ?? .text }

  func run(in context: Context) async throws -> Outcome {
    let rules = subject.map(ABIRuleDocument.about) ?? ABIRuleDocument.all
    if let subject, rules.isEmpty { throw unknown(subject, among: ABIRuleDocument.subjects) }
    guard output != .markdown else {
      try context.output.write(ABIPage.markdown(rules))
      return .asWanted
    }
    let page = Page(context, format, noColor: common.noColor)
    try page.print(rules, asOne: false) { ABIText.table($0, page.paint, page.width) }
    return .asWanted
  }

  private func unknown(_ word: String, among subjects: [String]) -> Problem {
    Problem(
      "usage", "there are no rules about '\(word)'", found: word,
      remedy: nearest(to: word, among: subjects).map { "did you mean `vmctl abi rules \($0)`?" }
        ?? "what the guest sees nothing of has no rules; `vmctl abi rules` lists all")
  }
}
