package import Vocabulary

/// Looking after the host and the store, apart from any domain.
package protocol Upkeep: Sendable {
  /// What is wrong with the host and the store, and the way out of each. Changes nothing, and works where libvirt or
  /// the store does not: what cannot be looked at is a finding.
  func examination() async throws(Problem) -> ExaminationReport

  /// Looks at every page, row and document of the store. Changes nothing.
  func storeCheck() async throws(Problem) -> ExaminationReport

  /// Takes damaged rows out of the store that can be done without, and says what is left to do.
  func repairStore() async throws(Problem) -> ExaminationReport

  /// Copies the store to a file.
  func backUpStore(to file: String, overwriting: Bool) async throws(Problem) -> BackupReport

  /// Puts a backup in the store's place; what was there stays beside it.
  func restoreStore(from file: String) async throws(Problem) -> RestoreReport
}
