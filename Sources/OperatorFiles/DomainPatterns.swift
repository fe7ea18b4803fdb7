/// `domains: {names: ["web-*"], labels: {tier: web}}`; neither: every domain.
package struct DomainPatterns: Sendable, Hashable {
  package var names: [String] = []
  package var labels: [String: String] = [:]

  /// `nil` where what is there is wrong: a selector that cannot be read must not become "every domain".
  package init?(_ reader: MappingReader, _ faults: MappingReader.Faults) {
    guard reader.mentions("domains") else { return }
    let before = faults.problems.count
    guard let domains = reader.mapping("domains", keys: ["names", "labels"]) else {
      faults.add(reader.place(of: "domains"), DomainPatterns.nothing, path: reader.path, remedy: DomainPatterns.remedy)
      return nil
    }
    names = domains.values("names", wanted: "a name with * for any characters") { $0.isEmpty ? nil : $0 } ?? []
    labels = domains.texts("labels") ?? [:]
    if names.isEmpty, labels.isEmpty {
      faults.add(domains.place, DomainPatterns.nothing, path: domains.path, remedy: DomainPatterns.remedy)
    }
    guard faults.problems.count == before else { return nil }
  }

  private static let nothing = "'domains' selects nothing"
  private static let remedy = "leave it out for every domain, or say names or labels"
}
