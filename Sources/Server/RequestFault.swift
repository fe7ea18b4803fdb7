import Vocabulary

/// What a connection's guard ends a request with, in the place of the rest of its body.
enum RequestFault: Error {
  case bodyTooLarge(limit: Int)
  case bodyTooSlow

  var problem: Problem {
    switch self {
    case .bodyTooLarge(let limit):
      Problem(
        "too-large", "the body is larger than this route takes", wanted: "at most \(limit) bytes",
        remedy: "send less at once")
    case .bodyTooSlow:
      Problem("body-timeout", "the body did not arrive in time", remedy: "send the request again, and all of it")
    }
  }
}
