package import Control
import Foundation
package import Vocabulary

extension RemoteControl {
  package func plan(_ request: ReconcileRequest) async throws(Problem) -> [PlanDocument] {
    let answer: Items<PlanDocument> = try await document(long(asking(looking("v1", "plan"), request)))
    return answer.items
  }

  package func adoption(of domain: String) async throws(Problem) -> AdoptionDocument {
    try await document(RemoteControl.domain(.get, domain, "adoption"))
  }

  package func differences(of domain: String) async throws(Problem) -> DifferenceDocument {
    try await document(RemoteControl.domain(.get, domain, "differences"))
  }

  package func provenance(of domain: String) async throws(Problem) -> ProvenanceDocument {
    try await document(RemoteControl.domain(.get, domain, "provenance"))
  }

  package func domains(_ names: [String]) async throws(Problem) -> [DomainReport] {
    let request = try long(asking(looking("v1", "domains", "query"), ["names": names]))
    let answer: Items<DomainReport> = try await document(request)
    return answer.items
  }

  package func list(_ query: DomainQuery) async throws(Problem) -> DomainListing {
    var request = HTTPRequest(.get, ["v1", "domains"])
    for (name, value) in query.labels.sorted(by: { $0.key < $1.key }) {
      request.query.append(("label", value.isEmpty ? name : "\(name)=\(value)"))
    }
    if let isManaged = query.isManaged { request.query.append(("managed", String(isManaged))) }
    request.query.append(("limit", String(query.limit)))
    if let after = query.after { request.query.append(("after", after)) }
    return try await document(request)
  }

  // MARK: Documents as they were given

  package func xml(_ request: XMLRequest) async throws(Problem) -> XMLText {
    try await xml(request, "xml", kind: nil)
  }

  package func devicesXML(_ request: XMLRequest, kind: String?) async throws(Problem) -> XMLText {
    try await xml(request, "devices.xml", kind: kind)
  }

  private func xml(_ asked: XMLRequest, _ what: String, kind: String?) async throws(Problem) -> XMLText {
    var request = RemoteControl.domain(.get, asked.domain, what)
    request.fields["accept"] = "application/xml, application/problem+json"
    if let side = asked.side { request.query.append(("side", side.rawValue)) }
    if let revision = asked.revision { request.query.append(("revision", String(revision))) }
    if let kind { request.query.append(("kind", kind)) }
    return XMLText(try await answer(to: request).body)
  }

  package func document(of domain: String, generation: Int64?) async throws(Problem) -> IntentSource {
    var request = RemoteControl.domain(.get, domain, "intent")
    request.fields["accept"] = "application/yaml, application/json, application/problem+json"
    if let generation { request.query.append(("generation", String(generation))) }
    return IntentSource(name: domain, bytes: try await answer(to: request).body)
  }

  // MARK: History

  private struct Past: Decodable {
    let operations: [OperationReport]
    let revisions: [RevisionDocument]
  }

  package func history(of domain: String, limit: Int) async throws(Problem) -> [OperationReport] {
    try await past(of: domain, limit).operations
  }

  package func revisions(of domain: String, limit: Int) async throws(Problem) -> [RevisionDocument] {
    try await past(of: domain, limit).revisions
  }

  private func past(of domain: String, _ limit: Int) async throws(Problem) -> Past {
    var request = RemoteControl.domain(.get, domain, "history")
    request.query.append(("limit", String(limit)))
    return try await document(request)
  }
}
