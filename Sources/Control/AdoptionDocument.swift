/// What adopting a domain would say and do: what `vmctl adopt --check` and `--print` show.
package struct AdoptionDocument: Sendable, Codable, Hashable {
  package var apiVersion = "vmctl/v1"
  package var kind = "Adoption"
  /// The intent document that the domain already is, as YAML.
  package let document: String
  /// What it asks for: vmctl's own metadata, and nothing else where the domain can be adopted.
  package let plan: PlanDocument
  /// Devices that nothing tells from others of their kind: they stay unmanaged.
  package let withoutID: Int

  package init(document: String, plan: PlanDocument, withoutID: Int) {
    self.document = document
    self.plan = plan
    self.withoutID = withoutID
  }
}
