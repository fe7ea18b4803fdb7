package import Vocabulary

/// A document as it was given: a file, standard input, a request body.
package struct IntentSource: Sendable, Codable, Hashable {
  package let name: String
  package let bytes: [UInt8]

  package init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
  }
}

/// Which domains, and what is wanted of them.
package struct ReconcileRequest: Sendable, Codable, Hashable {
  /// Names or UUIDs; with documents they select among these.
  package var domains: [String]
  package var documents: [IntentSource]
  /// Every domain that the store has an intent for.
  package var all: Bool
  /// Ids whose removal is meant (R2).
  package var removals: [String]
  /// Put back what a guest or a foreign writer changed and the rules would only report (R8, R9).
  package var reassert: Bool
  /// Add PCI ports to the definition where there are too few.
  package var grow: Bool
  /// Milliseconds to wait for guests.
  package var timeout: Int64
  /// With a daemon: return when the documents are durable, and let it go on by itself.
  package var isDetached = false
  package var requester = Requester.unknown

  private enum CodingKeys: CodingKey {
    case domains, documents, all, removals, reassert, grow, timeout, isDetached
  }

  package init(
    domains: [String] = [], documents: [IntentSource] = [], all: Bool = false, removals: [String] = [],
    reassert: Bool = false, grow: Bool = false, timeout: Int64 = 60_000, requester: Requester = .operator
  ) {
    self.requester = requester
    self.domains = domains
    self.documents = documents
    self.all = all
    self.removals = removals
    self.reassert = reassert
    self.grow = grow
    self.timeout = timeout
  }
}

/// A verb on one domain.
package struct VerbRequest: Sendable, Codable, Hashable {
  package enum Verb: String, Sendable, Codable, Hashable, CaseIterable {
    case start, stop, restart, delete, adopt, forget, restore, protect, unprotect, eject, resize, password, suspend,
      resume,
      /// That a guest's hardware is as it is (I3).
      accept
  }

  /// What becomes of what belongs to a definition that is removed.
  package enum Fate: String, Sendable, Codable, Hashable, CaseIterable { case keep, delete }

  package struct Remains: Sendable, Codable, Hashable {
    package var nvram: Fate?
    package var tpm: Fate?
    package var savedImage: Fate?
    package var snapshots: Fate?

    package init(nvram: Fate? = nil, tpm: Fate? = nil, savedImage: Fate? = nil, snapshots: Fate? = nil) {
      self.nvram = nvram
      self.tpm = tpm
      self.savedImage = savedImage
      self.snapshots = snapshots
    }
  }

  package let verb: Verb
  package var domain: String
  /// A device id: for `protect` and `unprotect` instead of the domain; for `password` the type of screen.
  package var device: String?
  /// Milliseconds to wait for the guest.
  package var timeout: Int64
  /// End the domain as pulling the plug would, where the guest does not shut down (or, deleting, at once).
  package var force: Bool
  /// For `restart`: only where something waits for the next boot.
  package var ifPending: Bool
  package var remains: Remains
  /// For `resize`, in bytes.
  package var size: UInt64?
  /// For `password`.
  package var secret: Secret?
  package var requester = Requester.unknown

  private enum CodingKeys: CodingKey {
    case verb, domain, device, timeout, force, ifPending, remains, size, secret
  }

  package init(
    _ verb: Verb, domain: String, device: String? = nil, timeout: Int64 = 60_000, force: Bool = false,
    ifPending: Bool = false, remains: Remains = Remains(), requester: Requester = .operator
  ) {
    self.requester = requester
    self.verb = verb
    self.domain = domain
    self.device = device
    self.timeout = timeout
    self.force = force
    self.ifPending = ifPending
    self.remains = remains
  }
}

/// Which definition of a domain is shown.
package struct XMLRequest: Sendable, Codable, Hashable {
  package let domain: String
  package let side: Side?
  /// From the record instead of from libvirt; 0 is the newest.
  package let revision: Int64?

  package init(domain: String, side: Side?, revision: Int64? = nil) {
    self.domain = domain
    self.side = side
    self.revision = revision
  }
}

/// What commands and routes speak to: in process, or a daemon over HTTP.
///
/// Every method throws `Problem`, whose code says what it means. Looking methods write nothing anywhere.
package protocol VMControl: Upkeep, HostABI {
  /// What would be done; one document for each domain.
  func plan(_ request: ReconcileRequest) async throws(Problem) -> [PlanDocument]

  /// What adopting a domain would say and do.
  func adoption(of domain: String) async throws(Problem) -> AdoptionDocument

  /// Where document, running domain and definition differ, and who is behind it.
  func differences(of domain: String) async throws(Problem) -> DifferenceDocument

  /// Who chose what the domain's managed devices and stated settings are, and when.
  func provenance(of domain: String) async throws(Problem) -> ProvenanceDocument

  /// Makes it so. Progress is a stream that ends with a `finished` event for each domain.
  func reconcile(_ request: ReconcileRequest) async throws(Problem) -> AsyncStream<ProgressEvent>

  /// Carries out a verb; the stream is as that of `reconcile`.
  func perform(_ request: VerbRequest) async throws(Problem) -> AsyncStream<ProgressEvent>

  /// The named domains (names or UUIDs), or all: those of libvirt and those that the store knows.
  func domains(_ names: [String]) async throws(Problem) -> [DomainReport]

  /// A definition, byte for byte.
  func xml(_ request: XMLRequest) async throws(Problem) -> XMLText

  /// The document that was accepted last, or that of a generation, as it was given.
  func document(of domain: String, generation: Int64?) async throws(Problem) -> IntentSource

  /// Operations of a domain, newest first.
  func history(of domain: String, limit: Int) async throws(Problem) -> [OperationReport]
}
