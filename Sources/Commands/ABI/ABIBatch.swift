import Control
import DomainXML
import Foundation
import GuestABI
import Reconciling
import Vocabulary

/// Pairs of documents, a line each: read, compared and answered one after the other. From a file any number of them
/// needs the memory of one; stdin is read first, at most 1 GiB of it.
struct ABIBatch {
  let libvirt: Version
  let context: Context

  private static let decoder = JSONDecoder()
  /// Two documents of libvirt's greatest length, each byte written as `\u0000` at worst.
  private static let longestLine = 2 * 6 * Limits.libvirt.bytes + 4096

  private struct Pair: Decodable {
    let id: Name
    let source: String
    let target: String
  }

  /// Others' ids may be numbers.
  private struct Name: Decodable {
    let text: String

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      do {
        text = try container.decode(String.self)
      } catch {
        text = String(try container.decode(Int64.self))
      }
    }
  }

  func run(_ file: String) throws -> Outcome {
    var outcome = Outcome.asWanted
    var number = 0
    var answers = ""
    func answer(_ line: [UInt8]) throws {
      number += 1
      guard line.contains(where: { ![9, 13, 32].contains($0) }) else { return }
      let report = try compare(line, number, file)
      outcome = max(outcome, report.verdict.outcome)
      answers += JSONText.line(report) + "\n"
      guard answers.utf8.count > 1 << 16 else { return }
      try context.output.write(answers)
      answers = ""
    }
    do {
      if file == "-" {
        let bytes = try context.input(1 << 30)
        for line in bytes.split(separator: 10, omittingEmptySubsequences: false) { try answer(Array(line)) }
      } else {
        try FileBytes.eachLine(of: file, limit: ABIBatch.longestLine, answer)
      }
    } catch {
      // What was answered before a line that is no pair is still an answer.
      try context.output.write(answers)
      throw error
    }
    try context.output.write(answers)
    return outcome
  }

  private func compare(_ line: [UInt8], _ number: Int, _ file: String) throws(Problem) -> ABIAnswer {
    let pair: Pair
    do {
      pair = try ABIBatch.decoder.decode(Pair.self, from: Data(line))
    } catch {
      throw Problem(
        "invalid-document", "line \(number) of \(file == "-" ? "stdin" : file) is no pair of documents", path: file,
        wanted: #"{"id": "…", "source": "<domain …", "target": "<domain …"}"#, underlying: JSONFault.words(error))
    }
    let comparison = ABIComparison(XMLText(pair.source), XMLText(pair.target), libvirt: libvirt)
    return ABIAnswer(id: pair.id.text, ABIReport(comparison))
  }
}
