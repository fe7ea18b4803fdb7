import CLibXML2
import DomainXML
import Intent
import Planning
import Vocabulary

/// Design section 13, third row: a plan for one domain from two XMLs of 8 KB (intent parsed before, host facts given)
/// against libxml2's bare parse of both. Floor and subject take turns in one run, so that a noisy machine disturbs
/// both; of each the best of the blocks' medians counts.
enum PlanBenchmark {
  static func run(_ domain: BenchmarkDomain) throws {
    let plan = domain.plan()
    guard plan.steps.isEmpty, plan.refused.isEmpty, plan.unchanged == domain.devices else {
      throw BenchmarkFault("the benchmark's plan is to be empty: \(plan.steps.map(\.reason)) \(plan.refused)")
    }
    let texts = [domain.live, domain.persistent]
    var kept = 0
    let best = measure({ bareParse(texts) }, { kept += domain.plan().unchanged })
    print(
      "{\"bareParseMicroseconds\":\(rounded(best.floor)),\"devices\":\(domain.devices),"
        + "\"documentBytes\":[\(domain.live.count),\(domain.persistent.count)],"
        + "\"planMicroseconds\":\(rounded(best.subject)),\"ratio\":\(rounded(best.subject / best.floor))}")
  }

  /// libxml2 by itself: a tree of each document, made and freed.
  static func bareParse(_ texts: [XMLText]) {
    for text in texts {
      text.bytes.withUnsafeBytes { bytes in
        let tree = xmlReadMemory(
          bytes.bindMemory(to: CChar.self).baseAddress, Int32(bytes.count), nil, nil, Int32(XML_PARSE_NONET.rawValue))
        xmlFreeDoc(tree)
      }
    }
  }

  static func measure(_ floor: () -> Void, _ subject: () -> Void) -> (floor: Double, subject: Double) {
    let clock = ContinuousClock()
    func microseconds(_ body: () -> Void) -> Double { clock.measure(body).microseconds }
    var best = (floor: Double.infinity, subject: Double.infinity)
    for _ in 0..<20 {
      var samples = (floor: [Double](), subject: [Double]())
      for _ in 0..<101 {
        samples.floor.append(microseconds(floor))
        samples.subject.append(microseconds(subject))
      }
      best.floor = min(best.floor, samples.floor.sorted()[50])
      best.subject = min(best.subject, samples.subject.sorted()[50])
    }
    return best
  }
}

struct BenchmarkFault: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

extension Duration {
  var microseconds: Double { Double(components.seconds) * 1e6 + Double(components.attoseconds) / 1e12 }
}

func rounded(_ value: Double) -> String { String((value * 100).rounded() / 100) }
