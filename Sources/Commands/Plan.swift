import ArgumentParser
import Control
import Vocabulary

/// `vmctl plan`
struct Plan: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Show what `vmctl reconcile` would do, and do nothing.",
    usage: "vmctl plan [<domain> ...] [-f <file>]... [<options>]",
    discussion: """
      One line for each device: + attach, ~ change, - detach, -/+ detach and attach again at its slot, ! refused, \
      … waiting for the guest; then what it costs the guest (live, guest: it has to let go, next boot), the slot, \
      and where the guest sees it.

        vmctl plan -f web-1.yaml
        vmctl plan --all --detailed-exitcode
        vmctl plan -f web-1.yaml -o json | jq '.steps[].call'

      Without libvirt and without a store, from files alone:

        vmctl plan --offline --live l.xml --persistent p.xml -f web-1.yaml
        vmctl plan --offline --persistent now.xml --target wanted.xml
        vmctl plan --offline -f new.yaml --host host.json

      Exit code 12 where something is refused, else 2 with --detailed-exitcode and something to do, else 0.
      """)

  @OptionGroup var selection: SelectionOptions

  @Flag(help: "Exit with 2 where there is something to do.")
  var detailedExitcode = false

  @OptionGroup(title: "Offline") var offline: OfflineOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Global options") var common: CommonOptions

  var format: OutputFormat { output.output }

  func run(in context: Context) async throws -> Outcome {
    let plans = Plans(context: context, format: format, noColor: common.noColor)
    if offline.isOffline {
      try offline.validate(with: selection)
      let documents = try OfflinePlan(offline, selection).documents(in: context)
      return try plans.print(
        documents, asOne: offline.target != nil || selection.asksForOne, isDetailed: detailedExitcode)
    }
    try offline.validateUnused()
    try selection.requireSelection()
    let request = try selection.request(in: context)
    let documents = try await common.control("plan", in: context, format).plan(request)
    return try plans.print(documents, asOne: selection.asksForOne, isDetailed: detailedExitcode)
  }
}
