package import Control
package import Reconciling
package import Vocabulary

/// The engine of every daemon that is not a test's.
package struct ResidentEngine: Engine {
  private let resident: Resident

  package init(_ resident: Resident) { self.resident = resident }

  package var control: any ResidentControl { resident }
  package func open() async throws(Problem) { try await resident.open() }
  package func run() async throws(Problem) { try await resident.run() }
  package func stop() async { resident.stop() }
}
