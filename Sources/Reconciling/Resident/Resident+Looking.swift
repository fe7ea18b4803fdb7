package import Control
import Digests
import DomainXML
import GuestABI
import Libvirt
import Store
package import Vocabulary

/// What is asked of a daemon beside what every control answers.
extension Resident {
  package func list(_ query: DomainQuery) async throws(Problem) -> DomainListing {
    if !query.labels.isEmpty { try await read(directory.all) }
    var page = page(query)
    if page.entries.contains(where: \.isUnread) {
      try await read(page.entries)
      page = self.page(query)
    }
    return DomainListing(items: page.entries.map(\.item), next: page.hasMore ? page.entries.last?.name : nil)
  }

  private func page(_ query: DomainQuery) -> (entries: [DirectoryEntry], hasMore: Bool) {
    directory.page(after: query.after, limit: max(1, query.limit)) { entry in
      (query.isManaged.map { $0 == entry.isManaged } ?? true)
        && query.labels.allSatisfy { label, value in
          entry.labels[label].map { value.isEmpty || $0 == value } ?? false
        }
    }
  }

  package func events(after id: String?) async throws(Problem) -> AsyncStream<ServerEvent> {
    try board.watch(after: id) {
      directory.all.filter(\.isManaged).map { entry in
        var event = board.passing(.conditions, entry.name)
        event.describe(entry)
        return event
      }
    }
  }

  package func readiness() async -> ReadinessReport {
    let (isReady, reason) = held.change { state in
      (state.isReady, state.surroundings == nil ? state.reason.message : nil)
    }
    var reasons: [String] = []
    if let reason {
      reasons.append(reason)
    } else if !isReady {
      reasons.append("the domains have not been looked at yet")
    }
    var report = ReadinessReport(isReady: isReady, reasons: reasons)
    (report.managed, report.external) = directory.counts
    report.queued = queue.depth.due
    return report
  }

  package func devicesXML(_ request: XMLRequest, kind: String?) async throws(Problem) -> XMLText {
    let text = try await xml(request)
    do throws(XMLFault) {
      let document = try DomainDocument(text)
      guard let devices = document.root.child("devices") else { return XMLText("<devices/>\n") }
      guard let kind else { return XMLText(devices.text + "\n") }
      let chosen = devices.children.filter { $0.name == kind }
      return XMLText(
        "<devices>\n" + chosen.map { "    " + $0.text + "\n" }.joined() + "</devices>\n")
    } catch {
      throw Problem(error, domain: request.domain, side: request.side ?? .live)
    }
  }

  package func revisions(of domain: String, limit: Int) async throws(Problem) -> [RevisionDocument] {
    guard let entry = directory[domain] else {
      throw Problem(
        "no-such-domain", "there is no domain '\(domain)'", domain: domain, remedy: "`vmctl get` lists the domains")
    }
    let store = try held.surroundings().store
    var found: [RevisionDocument] = []
    for side in Side.allCases {
      let revisions = try await stored { () throws(StoreError) in try await store.revisions(side, of: entry.key) }
      found += revisions.prefix(limit).map { RevisionDocument($0) }
    }
    return Array(found.sorted { ($0.recordedAt, $0.number) > ($1.recordedAt, $1.number) }.prefix(limit))
  }

  package func compare(_ request: ABICompareRequest) async throws(Problem) -> ABIReport {
    var libvirt = ABIComparison.assumedLibvirt
    if let text = request.libvirt {
      guard let version = Version(text) else {
        throw Problem("usage", "that is no version of libvirt", path: "libvirt", wanted: "as 9.0", found: text)
      }
      libvirt = version
    }
    return ABIReport(ABIComparison(XMLText(request.source), XMLText(request.target), libvirt: libvirt))
  }
}

extension RevisionDocument {
  fileprivate init(_ revision: Revision) {
    self.init(
      side: revision.side, number: revision.number, digest: revision.bytesDigest.description,
      recordedAt: revision.recordedAt.milliseconds, origin: revision.origin.rawValue,
      operation: revision.operation?.number, libvirt: revision.libvirtVersion.description,
      hypervisor: revision.hypervisorVersion.description)
  }
}
