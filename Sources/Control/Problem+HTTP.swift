package import Vocabulary

extension Problem.Code {
  /// What a problem means over HTTP: the one table of it.
  ///
  /// `stale-generation` is 409 here: it becomes 412 where the request stated what it expects (RFC 9110, 13.1), which
  /// only its route knows.
  package var httpStatus: Int {
    switch rawValue {
    case "malformed-request": 400
    case "unauthenticated": 401
    case "forbidden", "policy": 403
    case "no-intent": 404
    case let code where code.hasPrefix("no-such-"): 404
    case "method-not-allowed": 405
    case "body-timeout": 408
    case "gone", "events-too-old": 410
    case "too-large": 413
    case "media-type": 415
    case "unreadable-xml", "host-unreachable", "file-unwritable": 422
    case "precondition-required": 428
    case "rate-limited": 429
    case "store", "store-held", "audit-failed", "no-connection", "stopping", "too-many-subscribers": 503
    case "idempotency-mismatch", "file-exists", "expectations-conflict", "not-managed": 409
    default:
      switch outcome {
      case .usage: 422
      case .conflict, .refused, .abiDiffers: 409
      default: 500
      }
    }
  }
}
