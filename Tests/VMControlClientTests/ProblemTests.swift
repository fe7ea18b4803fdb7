import Control
import Foundation
import Testing
import VMControlClient
import Vocabulary

/// A problem is the same with and without a daemon between.
@Suite(.timeLimit(.minutes(5))) struct ProblemTests {
  private func thrown(_ answer: String) async throws -> Problem {
    let server = try ScriptedServer(answer)
    defer { server.stop() }
    do throws(Problem) {
      _ = try await RemoteControl(socket: server.path).differences(of: "web-1")
    } catch {
      return error
    }
    throw CancellationError()
  }

  @Test("every field of a problem comes through, and so does its exit code")
  func fields() async throws {
    let body = """
      {"type":"urn:vmctl:problem:slots-short","title":"Conflict","status":409,"detail":"no room","code":"slots-short",
       "domain":"web-1","device":"data","path":"spec.devices[2]","wanted":"1","found":"0","remedy":"--grow",
       "underlying":"No more available PCI slots"}
      """
    let problem = try await thrown(Answer.problem(body, status: "409 Conflict"))
    #expect(
      problem
        == Problem(
          "slots-short", "no room", domain: "web-1", device: "data", path: "spec.devices[2]", wanted: "1", found: "0",
          remedy: "--grow", underlying: "No more available PCI slots"))
    #expect(problem.code.outcome == .refused)
  }

  @Test("a problem may say its code in its type alone, and a newer daemon's code survives")
  func code() async throws {
    let body = #"{"type":"urn:vmctl:problem:of-a-newer-one","title":"T"}"#
    #expect(
      try await thrown(Answer.problem(body, status: "500 Internal Server Error")) == Problem("of-a-newer-one", "T"))
  }

  @Test("who is asked too often is told when to come again")
  func again() async throws {
    let body = #"{"code":"rate-limited","detail":"too many requests"}"#
    let answer = Answer.json(
      body, status: "429 Too Many Requests", type: "application/problem+json", "retry-after: 3\r\n")
    #expect(try await thrown(answer).remedy == "try again in 3 s")
  }

  @Test(
    "an answer that is no problem of ours is said as what it is",
    arguments: [
      ("401 Unauthorized", "unauthenticated"), ("403 Forbidden", "forbidden"), ("404 Not Found", "daemon-answer"),
    ]
      as [(String, Problem.Code)])
  func foreign(_ status: String, _ code: Problem.Code) async throws {
    let problem = try await thrown(Answer.json("<html>nginx</html>", status: status, type: "text/html"))
    #expect(problem.code == code && problem.domain == "web-1")
    #expect(problem.underlying == "<html>nginx</html>")
  }

  @Test("an answer that is no document is an error that asks for the versions")
  func unreadable() async throws {
    for answer in [Answer.json("{}"), Answer.json("not JSON")] {
      let problem = try await thrown(answer)
      #expect(problem.code == "daemon-answer" && problem.remedy?.contains("version") == true)
    }
    #expect(try await thrown("SSH-2.0-OpenSSH_9.2\r\n").code == "daemon-answer")
  }
}
