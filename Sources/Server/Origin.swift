import HTTPTypes
import Vocabulary

/// Browsers are no clients: a page of somebody else's must not be able to use the credentials of who looks at it.
enum Origin {
  static func check(_ head: HTTPRequest) throws(Problem) {
    guard let origin = head.headerFields[.origin] else { return }
    let authority = origin.split(separator: "/", omittingEmptySubsequences: true).dropFirst().first
    guard let host = head.authority, let authority, authority.lowercased() == host.lowercased() else {
      throw Problem("forbidden", "requests from pages of other origins are not answered")
    }
  }
}
