import Control
import DomainXML
import Foundation
import Testing

/// `vmctl abi` says what the comparison finds, for people, for programs and for upgrade tooling.
@Suite struct ABITests {
  private static let page = URL(filePath: #filePath).appending(
    path: "../../../Sources/Commands/Commands.docc/GuestABI.md"
  ).standardized

  private static func domain(chassis: Int = 1, memory: Int = 1024) -> String {
    """
    <domain type='kvm'>
      <name>a</name>
      <memory unit='KiB'>\(memory)</memory>
      <os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os>
      <devices>
        <controller type='pci' index='1' model='pcie-root-port'><target chassis='\(chassis)'/></controller>
      </devices>
    </domain>
    """
  }

  private static func folder() throws -> Folder {
    try Folder([
      "a.xml": domain(), "same.xml": domain().replacing("'", with: "\""), "changed.xml": domain(chassis: 2),
      "broken.xml": domain(memory: 2048),
    ])
  }

  @Test func `the page of documentation is the rules`() async throws {
    let ran = await Surroundings().run("abi", "rules", "-o", "markdown")
    #expect(ran.status == 0)
    #expect(
      try String(contentsOf: ABITests.page, encoding: .utf8) == ran.output,
      "vmctl abi rules -o markdown > Sources/Commands/Commands.docc/GuestABI.md")
  }

  @Test(
    arguments: [("same", "stable", 0), ("changed", "changed", 14), ("broken", "broken", 14)]
      as [(String, String, Int32)])
  func `the verdict is the first word, and the exit code`(_ file: String, _ verdict: String, _ code: Int32) async throws
  {
    let folder = try ABITests.folder()
    let text = await Surroundings().run("abi", "compare", folder("a.xml"), folder("\(file).xml"))
    #expect(text.status == code)
    #expect(text.output.hasPrefix("\(verdict): "))
    #expect(text.talk.isEmpty && text.calls.isEmpty)
    let json = await Surroundings().run("abi", "compare", folder("a.xml"), folder("\(file).xml"), "-o", "json")
    #expect(json.status == code)
    #expect(try decode(ABIReport.self, json.output).verdict.rawValue == verdict)
  }

  @Test func `a document may come from stdin`() async throws {
    let folder = try ABITests.folder()
    var surroundings = Surroundings()
    surroundings.input = ABITests.domain(chassis: 3)
    let ran = await surroundings.run("abi", "compare", folder("a.xml"), "-", "-o", "json")
    let report = try decode(ABIReport.self, ran.output)
    #expect(report.findings.map(\.rule) == ["controller/target/@chassis"])
    #expect(report.findings.map(\.source) == ["1"] && report.findings.map(\.target) == ["3"])
  }

  private static func line(_ id: String, _ source: String, _ target: String) throws -> String {
    struct Pair: Encodable {
      let source: String
      let target: String
    }
    let pair = String(decoding: try JSONEncoder().encode(Pair(source: source, target: target)), as: UTF8.self)
    return "{\"id\": \(id), " + pair.dropFirst() + "\n"
  }

  @Test(arguments: [true, false]) func `a batch answers line by line`(_ fromFile: Bool) async throws {
    let pairs = try [
      ABITests.line("\"one\"", ABITests.domain(), ABITests.domain()),
      ABITests.line("2", ABITests.domain(), ABITests.domain(chassis: 2)), "\n",
      ABITests.line("\"three\"", ABITests.domain(), "no domain"),
    ].joined()
    let folder = try Folder(["pairs.jsonl": pairs])
    var surroundings = Surroundings()
    surroundings.input = pairs
    let ran = await surroundings.run("abi", "compare", "--batch", fromFile ? folder("pairs.jsonl") : "-")
    #expect(ran.status == 14)
    let answers = try ran.output.split(separator: "\n").map { try decode(ABIAnswer.self, String($0)) }
    #expect(answers.map(\.id) == ["one", "2", "three"])
    #expect(answers.map(\.verdict) == [.stable, .changed, .invalid])
    #expect(answers[0].findings.isEmpty && !answers[1].findings.isEmpty && !answers[2].findings.isEmpty)
  }

  @Test func `a batch of stable pairs is as wanted`() async throws {
    var surroundings = Surroundings()
    surroundings.input = try ABITests.line("1", ABITests.domain(), ABITests.domain())
    #expect(await surroundings.run("abi", "compare", "--batch", "-").status == 0)
  }

  @Test func `a line that is no pair ends a batch, with its number and what was answered before`() async throws {
    let pairs = try ABITests.line("1", ABITests.domain(), ABITests.domain()) + "{\"id\": 2, \"source\": 3}\n"
    let folder = try Folder(["pairs.jsonl": pairs])
    let ran = await Surroundings().run("abi", "compare", "--batch", folder("pairs.jsonl"))
    #expect(ran.status == 64)
    #expect(ran.talk.contains("line 2 of "))
    #expect(ran.output.split(separator: "\n").count == 1)
  }

  @Test(arguments: [
    ["abi", "compare"], ["abi", "compare", "a.xml"], ["abi", "compare", "-", "-"],
    ["abi", "compare", "a.xml", "b.xml", "--batch", "c"], ["abi", "compare", "/not/there", "/nor/this"],
    ["abi", "compare", "--libvirt", "new", "a.xml", "b.xml"], ["abi", "rules", "dsk"],
  ])
  func `a call that cannot be meant is usage`(_ words: [String]) async {
    let ran = await Surroundings().run(words)
    #expect(ran.status == 64)
    #expect(ran.output.isEmpty && !ran.talk.isEmpty)
  }

  @Test func `the rules of a kind come with those that it shares`() async throws {
    let ran = await Surroundings().run("abi", "rules", "disk", "-o", "json")
    let rules = try decode([ABIRuleDocument].self, ran.output)
    #expect(rules.contains { $0.rule == "disk/serial" && $0.source == "virDomainDiskDefCheckABIStability" })
    #expect(rules.contains { $0.rule == "device/address/@slot" })
    #expect(rules.contains { $0.rule == "virtio/driver/@packed" })
    let blocks = try #require(rules.first { $0.path == "blockio/@logical_block_size" })
    #expect(blocks.since == "11.3.0" && blocks.tier == "libvirt")
  }

  /// The product's promise: no rule without a reason, none of libvirt's without the place where it decides.
  @Test func `every rule has a reason, and libvirt's a source`() async throws {
    let ran = await Surroundings().run("abi", "rules", "-o", "json")
    let rules = try decode([ABIRuleDocument].self, ran.output)
    #expect(rules.count > 250)
    for rule in rules {
      #expect(!rule.why.isEmpty, "\(rule.rule)")
      #expect((rule.source == nil) == (rule.tier == "guest"), "\(rule.rule)")
    }
    for kind in Catalogue.kinds where !kind.abi.isEmpty {
      #expect(await Surroundings().run("abi", "rules", kind.name).status == 0, "\(kind.name)")
    }
  }
}
