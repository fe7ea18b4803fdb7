internal import Glibc
import Vocabulary

/// One request and its answer, blocking, on the thread that runs it.
struct Exchange {
  let client: HTTPClient
  let request: HTTPRequest
  let interrupter: Interrupter

  /// Gives each event of the answer to `take` until it has enough (`false`).
  func run(_ take: (ResponseParser.Event) -> Bool) throws(Problem) {
    let connection = try client.transport.connect()
    interrupter.begin(connection)
    do throws(ConnectionFault) {
      let bytes = request.bytes(host: client.transport.host, adding: client.transport.fields)
      try connection.send(bytes, within: request.patience)
    } catch {
      // A daemon that refuses a body closes before it has all of it, and has answered why.
      guard case .system(let number) = error, [EPIPE, ECONNRESET].contains(number), !interrupter.isInterrupted else {
        throw lost(error)
      }
    }
    var parser = ResponseParser(limits: client.limits)
    while !parser.isOver {
      let bytes: [UInt8]
      do throws(ConnectionFault) {
        bytes = try connection.receive(within: request.patience)
      } catch {
        throw lost(error)
      }
      if bytes.isEmpty { throw lost(nil) }
      let events: [ResponseParser.Event]
      do throws(ResponseParser.Fault) {
        events = try parser.take(bytes)
      } catch {
        throw Problem(
          "daemon-answer", "what answers at \(client.transport.address) does not speak HTTP as vmctld does",
          domain: request.domain, remedy: "is it vmctld, and of this version?", underlying: error.message)
      }
      for event in events where !take(event) { return }
    }
  }

  /// What is known when no answer came: only that a look has changed nothing.
  private func lost(_ fault: ConnectionFault?) -> Problem {
    let domain = request.domain
    let doubt =
      request.isSafe
      ? "nothing was changed" : "what was asked of it may have been accepted, and then it goes on with it"
    let remedy = request.isSafe ? "ask again" : "look at `vmctl get\(domain.map { " " + $0 } ?? "")`"
    if interrupter.isInterrupted {
      return Problem("cancelled", "waiting for the daemon was cancelled; \(doubt)", domain: domain, remedy: remedy)
    }
    let address = client.transport.address
    guard fault != .timeout else {
      return Problem(
        "daemon-lost", "vmctld at \(address) did not answer in time; \(doubt)", domain: domain,
        wanted: request.patience.map { "an answer within \($0.milliseconds / 1000) s" }, remedy: remedy)
    }
    var words: String?
    if case .system(let number) = fault { words = String(cString: strerror(number)) }
    return Problem(
      "daemon-lost", "vmctld at \(address) went away in the middle of a call; \(doubt)", domain: domain,
      remedy: remedy, underlying: words)
  }
}
