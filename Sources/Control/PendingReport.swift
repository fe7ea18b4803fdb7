import Vocabulary

/// What of a domain waits: for the next boot, or for the guest.
package struct PendingReport: Sendable, Codable, Hashable {
  package var apiVersion = "vmctl/v1"
  package var kind = "Pending"
  package let domain: PlanDocument.DomainName
  package let pending: [PendingDocument]
  package let waiting: [WaitingDocument]

  package init(_ domain: DomainReport) {
    self.domain = PlanDocument.DomainName(name: domain.name, uuid: domain.uuid)
    pending = domain.pending
    waiting = domain.waiting
  }

  package var isEmpty: Bool { pending.isEmpty && waiting.isEmpty }
}
