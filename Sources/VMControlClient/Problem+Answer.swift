import Control
import Foundation
package import Vocabulary

extension Problem {
  /// What an answer says went wrong: the same problem as in the daemon, so the same exit code.
  package init(answer: HTTPResponse, to request: HTTPRequest) {
    let status = answer.head.status
    let type = answer.head.mediaType
    let document =
      type == "application/problem+json" || type == "application/json"
      ? try? JSONDecoder().decode(ProblemDocument.self, from: Data(answer.body)) : nil
    guard var problem = document?.problem else {
      // Something else answers, or something between us and the daemon does.
      let text = String(decoding: answer.body.prefix(200), as: UTF8.self)
      self.init(
        Problem.code(status), "the daemon answers \(status) to \(request.method.rawValue) \(request.target)",
        domain: request.domain, remedy: Problem.again(answer), underlying: text.isEmpty ? nil : text)
      return
    }
    problem.remedy = problem.remedy ?? Problem.again(answer)
    self = problem
  }

  private static func again(_ answer: HTTPResponse) -> String? {
    answer.head.fields["retry-after"].map { "try again in \($0) s" }
  }

  private static func code(_ status: Int) -> Code {
    switch status {
    case 401: "unauthenticated"
    case 403: "forbidden"
    case 410: "events-too-old"
    case 413: "too-large"
    case 429: "rate-limited"
    default: "daemon-answer"
    }
  }
}
