import Control
import Libvirt
import Store
import Vocabulary

/// What the checks of domains look at, read once: what libvirt has and what the store has of it.
struct Examination: Sendable {
  let now: Timestamp
  /// Who has the store open for writing; `nil` where nobody has.
  let holder: StoreLock.Holder?
  /// Every domain of libvirt; `nil` where libvirt could not be asked.
  let domains: [ObservedDomain]?
  /// Every domain of this host in the store; `nil` where the store could not be read, empty where there is none.
  let files: [DomainFile]?

  func file(of domain: ObservedDomain) -> DomainFile? {
    files?.first { $0.row.key.domain == domain.observation.uuid }
  }

  func domain(of file: DomainFile) -> ObservedDomain? {
    domains?.first { $0.observation.uuid == file.row.key.domain }
  }
}

/// One check of all domains: what it finds, nothing where all is well. A new one goes into `DomainChecks.all`.
typealias DomainCheck = @Sendable (Examination) -> [Finding]
