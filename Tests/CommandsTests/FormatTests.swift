import Control
import Foundation
import Testing
import Vocabulary
import Yams

/// JSON and YAML: one model.
@Suite struct FormatTests {
  private static var around: Surroundings {
    var around = Surroundings()
    around.answers.plans = [Samples.plan]
    around.answers.domains = [Samples.domain]
    around.answers.history = [Samples.report(.waiting)]
    around.answers.events = Samples.events
    around.answers.differences = Samples.differences
    around.answers.provenance = Samples.provenance
    return around
  }

  @Test(
    arguments: [
      ["plan", "a"], ["plan", "--all"], ["get"], ["get", "a"], ["devices", "a"], ["pending"], ["pending", "a"],
      ["history", "a"], ["show", "a"], ["reconcile", "a"], ["reconcile", "--all"], ["stop", "a"],
      ["delete", "a"], ["reconcile", "a", "--dry-run"], ["diff", "a"], ["blame", "a"],
    ])
  func `JSON and YAML say the same`(_ command: [String]) async throws {
    let json = await FormatTests.around.run(command + ["-o", "json", "-q"].prefix(command.acceptsQuiet ? 3 : 2))
    let yaml = await FormatTests.around.run(command + ["-o", "yaml"])
    let fromJSON = try JSONSerialization.jsonObject(with: Data(json.output.utf8))
    let fromYAML = try #require(try Yams.load(yaml: yaml.output))
    #expect(flat(fromJSON) == flat(fromYAML))
    #expect(json.talk.isEmpty)
  }

  @Test func `one that was asked for is an object, several are a list`() async throws {
    func isList(_ words: String...) async throws -> Bool {
      let ran = await FormatTests.around.run(words + ["-o", "json"])
      return try JSONSerialization.jsonObject(with: Data(ran.output.utf8)) is [Any]
    }
    #expect(try await !isList("plan", "web-1"))
    #expect(try await isList("plan", "--all"))
    #expect(try await isList("plan", "web-1", "web-2"))
    #expect(try await !isList("get", "web-1"))
    #expect(try await isList("get"))
    #expect(try await isList("devices", "web-1"))
    #expect(try await !isList("diff", "web-1"))
    #expect(try await !isList("blame", "web-1"))
    #expect(try await !isList("reconcile", "web-1"))
    let folder = try Folder(["a.yaml": Samples.intent])
    #expect(try await !isList("plan", "-f", folder("a.yaml")))
    #expect(try await isList("plan", "-f", folder.path))
  }

  @Test func `a plan survives the way out and back in`() async throws {
    let ran = await FormatTests.around.run("plan", "a", "-o", "json")
    #expect(try decode(PlanDocument.self, ran.output) == Samples.plan)
  }

  @Test func `keys are sorted and slashes stand as they are`() async {
    let ran = await FormatTests.around.run("devices", "a", "-o", "json")
    #expect(ran.output.contains(#""guestPath" : "02.0/00.0""#))
    let keys = ["\"alias\"", "\"bootOrder\"", "\"guestAddress\"", "\"id\"", "\"key\"", "\"kind\"", "\"sides\""]
    let places = keys.compactMap { ran.output.range(of: $0)?.lowerBound }
    #expect(places.count == keys.count)
    #expect(places == places.sorted())
  }

  @Test func `YAML keeps text that looks like something else text`() async throws {
    var around = Surroundings()
    var domain = Samples.domain
    domain.devices = ["52:54:00:12:34:56", "on", "null", "0755", "1e3", "a: b", "- x", "2024-01-01", ""].map {
      DeviceDocument(kind: "disk", key: $0, sides: [])
    }
    around.answers.domains = [domain]
    let ran = await around.run("devices", "a", "-o", "yaml")
    let list = try #require(try Yams.load(yaml: ran.output) as? [[String: Any]])
    #expect(list.map { $0["key"] as? String } == domain.devices.map(\.key))
  }

  @Test func `an empty list is a list`() async {
    #expect(await Surroundings().run("get", "-o", "json").output == "[\n\n]\n")
    #expect(await Surroundings().run("get", "-o", "yaml").output == "[]\n")
    #expect(await Surroundings().run("get", "-o", "json").talk.isEmpty)
  }

  /// Paths and values in order: equal for equal data, whichever library read it.
  private func flat(_ value: Any, _ path: String = "") -> [String] {
    switch value {
    case let object as [String: Any]: object.sorted { $0.key < $1.key }.flatMap { flat($0.value, "\(path).\($0.key)") }
    case let list as [Any]: list.enumerated().flatMap { flat($0.element, "\(path)[\($0.offset)]") }
    case let number as NSNumber: ["\(path)=\(number)"]
    case let flag as Bool: ["\(path)=\(flag ? 1 : 0)"]
    default: ["\(path)=\(value)"]
    }
  }
}

extension [String] {
  fileprivate var acceptsQuiet: Bool { ["reconcile", "stop", "delete"].contains(first ?? "") }
}
