import ArgumentParser
import Control
import DomainXML
import Vocabulary

/// `vmctl explain`
struct Explain: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Say what can be changed, on which side, and what the guest has to do.",
    usage: "vmctl explain [<kind>[.<field>] | <setting> | settings] [<options>]",
    discussion: """
      The catalogue that vmctl plans by, so the answer is what happens. A field is named by its key in a document or \
      by its path in libvirt's XML, a setting by its key under spec. Asks neither libvirt nor a store.

        vmctl explain
        vmctl explain disk
        vmctl explain disk.cache
        vmctl explain spec.memory
        vmctl explain settings
        vmctl explain cputune.shares
        vmctl explain interface.link/@state -o json
      """)

  @Argument(
    help: ArgumentHelp(
      "A kind of device, one of its fields, or a setting; none: all of them in tables.", valueName: "topic"),
    completion: .list(Catalogue.elements + ["settings"] + Catalogue.settings.map(\.name)))
  var topic: String?

  @Flag(help: "Print the whole catalogue as a page of documentation.")
  var markdown = false

  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Global options") var common: CommonOptions

  var format: OutputFormat { output.output }

  func run(in context: Context) async throws -> Outcome {
    let page = Page(context, format, noColor: common.noColor)
    let settings = Catalogue.settings.map(SettingDocument.init)
    let all = Catalogue.kinds.sorted { $0.element < $1.element }.map(KindDocument.init)
    if markdown {
      try context.output.write(KindPage.markdown(all, settings))
      return .asWanted
    }
    guard let topic else {
      try page.print(all, asOne: false) {
        KindText.table($0, page.paint, page.width) + [""] + SettingText.table(settings, page.paint, page.width)
      }
      return .asWanted
    }
    if let meant = meant(by: topic, besides: all.map(\.element), of: settings) {
      try page.print(meant, asOne: meant.count == 1) { settings in
        settings.count == 1
          ? settings.flatMap { SettingText.lines($0, page.paint) }
          : SettingText.table(settings, page.paint, page.width)
      }
      return .asWanted
    }
    let parts = topic.split(separator: ".", maxSplits: 1).map(String.init)
    guard let name = parts.first, let kind = all.first(where: { $0.element == name }) else {
      throw unknown("kind of device or setting", parts.first ?? "", among: all.map(\.element) + settings.map(\.name)) {
        "vmctl explain \($0)"
      }
    }
    guard parts.count == 2 else {
      let other =
        settings.contains { $0.name == name } ? ["", "There is a setting too: `vmctl explain spec.\(name)`"] : []
      try page.print([kind], asOne: true) { $0.flatMap { KindText.lines($0, page.paint) } + other }
      return .asWanted
    }
    guard let field = kind.fields.first(where: { [$0.path, $0.key].contains(parts[1]) }) else {
      let names = kind.fields.flatMap { [$0.key, $0.path] }.compactMap { $0 }
      throw unknown("field of \(name)", parts[1], among: names) { "vmctl explain \(name).\($0)" }
    }
    try page.print([field], asOne: true) { KindText.fields($0, page.paint) + never($0) }
    return .asWanted
  }

  /// The settings that a word means. `memory` alone is the kind of device; with `spec.` it is the setting.
  private func meant(
    by topic: String, besides kinds: [String], of all: [SettingDocument]
  ) -> [SettingDocument]? {
    if topic == "settings" { return all }
    guard !kinds.contains(topic) else { return nil }
    let name = topic.hasPrefix("spec.") ? String(topic.dropFirst(5)) : topic
    let found = all.filter { $0.name == name || $0.name.hasPrefix(name + ".") }
    return found.isEmpty ? nil : found
  }

  private func never(_ fields: [KindDocument.FieldRow]) -> [String] {
    fields.flatMap { field in
      [("running domain", field.live), ("definition", field.persistent)].filter { $0.1.hasPrefix("never: ") }
        .map { "  \($0.0): \($0.1)" }
    }
  }

  private func unknown(
    _ what: String, _ word: String, among names: [String], _ command: (String) -> String
  ) -> Problem {
    Problem(
      "usage", "there is no \(what) '\(word)' in the catalogue", found: word,
      remedy: nearest(to: word, among: names).map { "did you mean `\(command($0))`?" }
        ?? "`vmctl explain` lists the kinds; a field that is not listed changes only with its device")
  }
}
