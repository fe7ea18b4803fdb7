import DomainXML
import GuestABI
import Vocabulary

/// Whether a guest would notice, from two XMLs of 8 KB, against libxml2's bare parse of both. The target has another
/// alias on every device, so that none is spelled as in the source, and differs in nothing.
enum ABIBenchmark {
  static func run(_ domain: BenchmarkDomain) throws {
    let source = domain.persistent
    let target = XMLText(
      domain.live.shown.replacing("<alias name='", with: "<alias name='ua-").replacing("ua-ua-", with: "ua-")
        .replacing("'/><address", with: "' /><address"))
    let comparison = ABIComparison(source, target)
    guard comparison.verdict == .stable else {
      throw BenchmarkFault("the benchmark's pair is to be stable: \(comparison.findings)")
    }
    var kept = 0
    let best = PlanBenchmark.measure(
      { PlanBenchmark.bareParse([source, target]) }, { kept += ABIComparison(source, target).findings.count })
    print(
      "{\"bareParseMicroseconds\":\(rounded(best.floor)),\"compareMicroseconds\":\(rounded(best.subject)),"
        + "\"documentBytes\":[\(source.count),\(target.count)],\"ratio\":\(rounded(best.subject / best.floor))}")
  }
}
