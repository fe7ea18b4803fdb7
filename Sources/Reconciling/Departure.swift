import Store

/// Why libvirt does not have a domain any more (R14). Its words are kept in the row and are the reasons of `Gone`.
enum Departure: String, Sendable {
  case migrated = "Migrated"
  case undefined = "Undefined"
  case unknown = "Unknown"

  var words: String {
    switch self {
    case .migrated: "it went to another host"
    case .undefined: "somebody else removed its definition"
    case .unknown: "libvirt does not have it any more"
    }
  }
}

extension DomainRow {
  var departure: Departure? { gone.flatMap { Departure(rawValue: $0.reason) } }
}
