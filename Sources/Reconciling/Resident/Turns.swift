import Synchronization

/// One thing at a time for each domain, in the order in which it was asked for.
final class Turns: Sendable {
  /// Who waits behind whoever has the turn; a domain without a line is nobody's.
  private let lines = Mutex<[String: [CheckedContinuation<Void, Never>]]>([:])

  /// Waits until nobody else is at the domain. Each is followed by one `give`.
  func take(_ domain: String) async {
    await withCheckedContinuation { continuation in
      let isFree = lines.withLock { lines in
        guard lines[domain] != nil else {
          lines[domain] = []
          return true
        }
        lines[domain]?.append(continuation)
        return false
      }
      if isFree { continuation.resume() }
    }
  }

  func give(_ domain: String) {
    let next = lines.withLock { lines -> CheckedContinuation<Void, Never>? in
      guard let line = lines[domain], let first = line.first else {
        lines[domain] = nil
        return nil
      }
      lines[domain] = Array(line.dropFirst())
      return first
    }
    next?.resume()
  }

  /// Whether somebody is at the domain now.
  func isTaken(_ domain: String) -> Bool { lines.withLock { $0[domain] != nil } }
}
