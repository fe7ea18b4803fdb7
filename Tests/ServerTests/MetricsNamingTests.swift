import Control
import Foundation
import Testing
import Yams

/// What users rely on: names, rules and runbooks that fit each other.
@Suite struct MetricsNamingTests {
  private static let root = URL(filePath: #filePath).appending(path: "../../..").standardized

  private struct Rule {
    let name: String
    let isAlert: Bool
    let expression: String
    let annotations: [String: String]
    let severity: String?
  }

  private static func rules() throws -> [Rule] {
    let text = try String(contentsOf: root.appending(path: "Examples/prometheus/vmctl-alerts.yaml"), encoding: .utf8)
    let document = try #require(try Yams.load(yaml: text) as? [String: Any])
    let groups = try #require(document["groups"] as? [[String: Any]])
    let rules = try groups.flatMap { group in
      try #require(group["rules"] as? [[String: Any]]).map { rule in
        let alert = rule["alert"] as? String
        return Rule(
          name: try #require(alert ?? rule["record"] as? String), isAlert: alert != nil,
          expression: try #require(rule["expr"] as? String),
          annotations: rule["annotations"] as? [String: String] ?? [:],
          severity: (rule["labels"] as? [String: String])?["severity"])
      }
    }
    #expect(rules.count > 8)
    return rules
  }

  @Test func `counters end in _total and nothing else does, units are base units, colons are left to rules`() {
    for metric in Metric.all {
      #expect(metric.name.hasSuffix("_total") == (metric.kind == .counter), "\(metric.name)")
      #expect(!metric.name.contains(":"))
      #expect(!metric.name.contains(/_(milliseconds|minutes|kilobytes|mib|percent)(_|$)/), "\(metric.name)")
      #expect(metric.help.hasSuffix("."), "\(metric.name)")
      if case .histogram(let bounds) = metric.kind { #expect(bounds == bounds.sorted() && !bounds.isEmpty) }
    }
    #expect(Set(Metric.all.map(\.name)).count == Metric.all.count)
  }

  @Test func `every metric that a rule names is one that is exported, or a rule's own`() throws {
    let rules = try Self.rules()
    var known = Set(rules.filter { !$0.isAlert }.map(\.name))
    for metric in Metric.all {
      known.insert(metric.name)
      if case .histogram = metric.kind { known.formUnion(["_bucket", "_sum", "_count"].map { metric.name + $0 }) }
    }
    for rule in rules {
      let bare = rule.expression.replacing(/"[^"]*"/, with: "")
      let named = bare.matches(of: /\b(?:\w+:)?(?:vmctl|process)_[\w:]*/).map { String($0.0) }
      #expect(!named.isEmpty, "\(rule.name)")
      for name in named { #expect(known.contains(name), "\(rule.name) names \(name)") }
    }
  }

  @Test func `every label that a rule selects or groups by is one of a metric's`() throws {
    let labels = Set(Metric.all.flatMap(\.labels)).union(["le", "instance", "job"])
    for rule in try Self.rules() {
      var named = rule.expression.matches(of: /[{,]\s*(\w+)\s*(?:=|!=|=~|!~)/).map { String($0.1) }
      for group in rule.expression.matches(of: /(?:by|on|without|group_left)\s*\(([^)]*)\)/) {
        named += group.1.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
      }
      for label in named where !label.isEmpty { #expect(labels.contains(label), "\(rule.name): \(label)") }
    }
  }

  @Test func `recording rules have two colons, alerts a severity, a summary and a runbook`() throws {
    for rule in try Self.rules() {
      if rule.isAlert {
        #expect(["warning", "critical"].contains(rule.severity), "\(rule.name)")
        #expect(rule.annotations["summary"]?.isEmpty == false && rule.annotations["description"] != nil, "\(rule.name)")
        #expect(rule.annotations["runbook_url"]?.hasSuffix("Runbooks.md#\(rule.name.lowercased())") == true)
      } else {
        #expect(rule.name.split(separator: ":").count == 3, "\(rule.name)")
      }
    }
  }

  @Test func `each alert has a runbook with its four parts, and each runbook an alert`() throws {
    let text = try String(
      contentsOf: Self.root.appending(path: "Sources/Server/Server.docc/Runbooks.md"), encoding: .utf8)
    let chapters = Dictionary(
      uniqueKeysWithValues: text.components(separatedBy: "\n## ").dropFirst().map { chapter in
        (String(chapter.prefix { $0 != "\n" }), chapter)
      })
    let alerts = try Self.rules().filter(\.isAlert).map(\.name)
    #expect(Set(alerts) == Set(chapters.keys))
    for (name, chapter) in chapters {
      let parts = chapter.matches(of: /\n### (\w+)\n/).map { String($0.1) }
      #expect(parts == ["Meaning", "Impact", "Diagnosis", "Mitigation"], "\(name)")
    }
  }
}
