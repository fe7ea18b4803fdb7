import Foundation
import Testing

/// Rules that the compiler cannot check.
@Suite struct SourceRulesTests {
  private struct Source {
    let path: String
    let lines: [Substring]
  }

  private let sources: [Source]

  init() throws {
    let root = URL(filePath: #filePath).appending(path: "../../../Sources").standardized
    let files = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)
    var sources: [Source] = []
    while let file = files?.nextObject() as? URL {
      guard file.pathExtension == "swift" else { continue }
      let text = try String(contentsOf: file, encoding: .utf8)
      sources.append(Source(path: file.path(), lines: text.split(separator: "\n", omittingEmptySubsequences: false)))
    }
    self.sources = sources
    try #require(sources.count > 10)
  }

  private func places(of pattern: some RegexComponent) -> [String] {
    sources.flatMap { source in
      source.lines.filter { !$0.trimmingCharacters(in: .whitespaces).hasPrefix("//") && $0.contains(pattern) }
        .map { _ in source.path }
    }
  }

  @Test func `I1: domains are defined in one place`() {
    let places = places(of: /virDomain(Define|Create)XML\w*\(/)
    #expect(places.count == 1 && places.first?.hasSuffix("Libvirt/Connection+Calls.swift") == true, "\(places)")
  }

  @Test func `I8: secrets are asked for inside one call only, which forgets them`() {
    let places = places(of: /VIR_DOMAIN_XML_(SECURE|MIGRATABLE)/)
    #expect(places.count == 1 && places.first?.hasSuffix("Libvirt/Connection+Operations.swift") == true, "\(places)")
  }

  @Test func `no call names both sides at once`() {
    #expect(places(of: /VIR_DOMAIN_AFFECT_\w+.*VIR_DOMAIN_AFFECT_/) == [])
  }

  @Test func `libvirt has one importer`() {
    let importers = Set(places(of: /import CLibvirt/).map { $0.contains("/Sources/Libvirt/") })
    #expect(importers == [true])
  }
}
