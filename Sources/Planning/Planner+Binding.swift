package import DomainXML

extension Planner {
  /// The device that an id is bound to in a definition: by its alias, or by the natural key that was noted for it.
  package static func device(of binding: ManagedState.Binding, in definition: DomainDefinition) -> Device? {
    PlanningPass.find(binding, in: definition)
  }
}
