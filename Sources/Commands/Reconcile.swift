import ArgumentParser
import Control
import Vocabulary

/// `vmctl reconcile`
struct Reconcile: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "reconcile",
    abstract: "Make domains what their documents want.",
    usage: "vmctl reconcile [<domain> ...] [-f <file>]... [<options>]",
    discussion: """
      Takes the documents in, plans, applies step by step and verifies each by a fresh read. A domain that does not \
      exist is created. What was accepted is kept: later `vmctl reconcile web-1` needs no file.

        vmctl reconcile -f web-1.yaml
        vmctl reconcile -f vms/ --timeout 5m
        cat web-1.yaml | vmctl reconcile -f - --dry-run
        vmctl reconcile --all

      An unplug needs the guest; what a guest has not let go of after --timeout is exit code 11, and the next call \
      goes on with it. A plan that is refused as a whole (12) changes nothing at all.

      With vmctld, documents of -f are accepted and it returns (exit code 0): the daemon reaches them by itself. To see \
      how it ends, wait for it; --remove, --reassert and --grow are of one run, so with them it waits as well.

        vmctl reconcile -f web-1.yaml
        vmctl wait web-1 --for Ready
        vmctl reconcile -f web-1.yaml --wait
      """)

  @OptionGroup var selection: SelectionOptions

  @Flag(help: "Show the plan and apply nothing, as `vmctl plan` does.")
  var dryRun = false

  @Flag(help: "Wait up to --timeout. Without a daemon that is always so, since nobody else would finish.")
  var wait = false

  @Flag(name: .shortAndLong, help: "No progress on stderr.")
  var quiet = false

  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Global options") var common: CommonOptions

  var format: OutputFormat { output.output }

  func run(in context: Context) async throws -> Outcome {
    try selection.requireSelection()
    var request = try selection.request(in: context)
    let chosen = try common.chosen("reconcile", in: context, format)
    let control = chosen.control
    let asOne = selection.asksForOne
    if dryRun {
      let plans = Plans(context: context, format: format, noColor: common.noColor)
      return try plans.print(try await control.plan(request), asOne: asOne, isDetailed: false)
    }
    if let resident = chosen.resident, !wait {
      if !request.documents.isEmpty, !selection.isOfOneRun {
        let submitting = Submitting(resident: resident, context: context, format: format, noColor: common.noColor)
        return try await submitting.submit(try selection.documents(of: request), asOne: asOne)
      }
      request.isDetached = !selection.isOfOneRun
    }
    let asked = request
    let follower = Follower(context, format, isQuiet: quiet, noColor: common.noColor)
    let reports = try await follower.reports(mayBeNone: selection.all || asked.isDetached) {
      () throws(Problem) in
      try await control.reconcile(asked)
    }
    if reports.isEmpty {
      Speaker(context, isJSON: format == .json, noColor: common.noColor).say(
        asked.isDetached ? "vmctld goes on by itself." : "vmctl has no document for any domain.")
    }
    let results = Results(context: context, format: format, noColor: common.noColor)
    return try results.print(reports, asOne: asOne)
  }
}
