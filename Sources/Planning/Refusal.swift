package import Vocabulary

/// Something that is wanted and is not done.
package struct Refusal: Sendable, Hashable {
  package let target: Step.Target?
  package let code: Problem.Code
  package let path: String?
  package let wanted: String?
  package let found: String?
  package let reason: String
  /// What it would take.
  package let wouldTake: String?
  /// Whether it stops the plan, so that nothing is half done: a file that is missing, a target that is taken,
  /// capacity, guard rails. What concerns one device, field or setting lets other steps go on.
  package let concernsWholePlan: Bool

  private static let codesOfOneThing: Set<Problem.Code> = [
    "boot-order-cycle", "boot-order-taken", "cannot-attach", "cannot-detach", "creation-changed", "needs-redefine",
    "needs-replace", "os-boot", "phantom-device", "setting", "transient",
  ]

  /// `concernsWholePlan`: where it does not follow from the code.
  package init(
    _ code: Problem.Code, target: Step.Target? = nil, path: String? = nil, wanted: String? = nil,
    found: String? = nil, reason: String, wouldTake: String? = nil, concernsWholePlan: Bool? = nil
  ) {
    self.code = code
    self.target = target
    self.path = path
    self.wanted = wanted
    self.found = found
    self.reason = reason
    self.wouldTake = wouldTake
    self.concernsWholePlan = concernsWholePlan ?? !Refusal.codesOfOneThing.contains(code)
  }
}
