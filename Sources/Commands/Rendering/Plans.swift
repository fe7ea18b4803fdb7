import Control
import Vocabulary

/// Prints plans, and says the exit code.
struct Plans {
  let context: Context
  let format: OutputFormat
  let noColor: Bool

  func print(_ plans: [PlanDocument], asOne: Bool, isDetailed: Bool) throws -> Outcome {
    let page = Page(context, format, noColor: noColor)
    let now = context.now()
    try page.print(plans, asOne: asOne) { plans in
      var blocks = plans.map { plan in
        PlanText(plan: plan, paint: page.paint, width: page.width, now: now).lines
      }
      if plans.count > 1 { blocks.append(table(plans, page)) }
      return Array(blocks.joined(separator: [""]))
    }
    if plans.isEmpty {
      Speaker(context, isJSON: format == .json, noColor: noColor).say("There is no domain to plan for.")
    }
    return plans.map { $0.outcome(detailed: isDetailed) }.max() ?? .asWanted
  }

  private func table(_ plans: [PlanDocument], _ page: Page) -> [String] {
    let rows = plans.map { plan in
      let outcome = plan.outcome(detailed: true)
      return (plan.domain.name, outcome, outcome.words)
    }
    return OperationText.table(rows, page.paint, page.width)
  }
}
