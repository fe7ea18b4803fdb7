import Control
import Intent
import Vocabulary

/// Gives documents to a daemon: they are durable when it is done, and the daemon reaches them by itself.
struct Submitting {
  let resident: any ResidentControl
  let context: Context
  let format: OutputFormat
  let noColor: Bool

  /// One after another, in the order given. One that is refused hinders none of the others.
  func submit(_ documents: [IntentDocument], asOne: Bool) async throws -> Outcome {
    var receipts: [IntentReceipt] = []
    var problems: [Problem] = []
    for document in documents {
      do throws(Problem) {
        receipts.append(try await submit(document))
      } catch {
        var problem = error
        problem.domain = problem.domain ?? document.name.text
        problems.append(problem)
      }
    }
    let page = Page(context, format, noColor: noColor)
    try page.print(receipts.map(\.operation), asOne: asOne) { _ in receipts.map { line($0, page.paint) } }
    _ = Speaker(context, isJSON: format == .json, noColor: noColor).report(problems)
    return problems.map(\.code.outcome).max() ?? .asWanted
  }

  private func submit(_ document: IntentDocument) async throws(Problem) -> IntentReceipt {
    // The document's own number says what it replaces; without one it replaces what is there now (R16).
    let expecting: IntentSubmission.Expectation? =
      if document.clientGeneration == nil { try await current(document.name.text).map { .generation($0) } } else { nil }
    return try await resident.submit(
      IntentSubmission(
        domain: document.name.text, source: IntentSource(name: document.source, bytes: document.text),
        expecting: expecting, idempotencyKey: nil, requester: .operator))
  }

  /// The generation of the document that a domain has; `nil` where it has none.
  private func current(_ name: String) async throws(Problem) -> Int64? {
    do throws(Problem) {
      let report = try await resident.domains([name]).first
      return report?.isManaged == true ? report?.generation : nil
    } catch {
      guard error.code == "no-such-domain" else { throw error }
      return nil
    }
  }

  private func line(_ receipt: IntentReceipt, _ paint: Paint) -> String {
    let name = paint(.strong, printable(receipt.operation.domain) + ":")
    return receipt.isUnchanged
      ? "\(name) unchanged, generation \(receipt.generation)" : "\(name) accepted as generation \(receipt.generation)"
  }
}
