import DomainXML
import Foundation
import GuestABI
import TestSupport
import Testing
import Vocabulary

/// libvirt's own verdict on pairs of domains, as libvirt 9.0 gave it.
@Suite(.enabled("the conformance folder is absent") { Corpus.conformance != nil }) struct ConformanceTests {
  private struct Pair: Decodable {
    let id: String
    let base: String
    let path: String
    let verdict: String
    let message: String?
    let target: String
  }

  private static func pairs() throws -> [Pair] {
    let file = try #require(Corpus.conformance).appending(path: "abi/cases.jsonl")
    let decoder = JSONDecoder()
    return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map {
      try decoder.decode(Pair.self, from: Data($0.utf8))
    }
  }

  private static func bases() throws -> [String: DomainDefinition] {
    let folder = try #require(Corpus.conformance).appending(path: "abi/bases")
    return Dictionary(
      uniqueKeysWithValues: try Corpus.xmlFiles(in: folder).map {
        (String($0.name.dropLast(4)), try DomainDefinition($0.text))
      })
  }

  @Test func `what libvirt refuses is broken and nothing else is, with rule, place and reason`() throws {
    let bases = try ConformanceTests.bases()
    var counted: [String: Int] = [:]
    for pair in try ConformanceTests.pairs() {
      let source = try #require(bases[pair.base])
      let comparison = ABIComparison(source, try DomainDefinition(XMLText(pair.target)))
      let isBroken = comparison.verdict == .broken
      #expect(comparison.verdict != .invalid, "\(pair.id)")
      #expect(
        isBroken == (pair.verdict == "broken"),
        "\(pair.id) \(pair.base) \(pair.path): \(pair.message ?? "libvirt lets it pass"); \(comparison.findings)")
      for finding in comparison.findings {
        #expect(!finding.rule.isEmpty && !finding.path.isEmpty && !finding.why.isEmpty, "\(pair.id)")
        #expect(finding.source != finding.target, "\(pair.id) \(finding.path)")
      }
      counted[pair.verdict, default: 0] += 1
    }
    #expect(counted["broken", default: 0] > 1000 && counted["stable", default: 0] > 1000)
  }

  @Test func `every domain is stable against itself, however it is spelled`() throws {
    for (name, definition) in try ConformanceTests.bases() {
      #expect(ABIComparison(definition, definition).verdict == .stable, "\(name)")
      let text = definition.document.text.shown.replacing("'", with: "\"").replacing("/>", with: "  />")
      let respelled = try DomainDefinition(XMLText(text))
      let comparison = ABIComparison(definition, respelled)
      #expect(comparison.verdict == .stable, "\(name): \(comparison.findings)")
    }
  }
}
