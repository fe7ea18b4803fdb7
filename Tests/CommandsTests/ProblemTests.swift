import Control
import Testing
import Vocabulary

@Suite struct ProblemTests {
  private static let problem = Problem(
    "gone", "the domain is gone", domain: "web-1", device: "data", path: "/x", wanted: "this", found: "that",
    remedy: "vmctl restore web-1", underlying: "Domain not found")

  @Test func `a problem says where, what was wanted, what is and what to do`() async {
    var around = Surroundings()
    around.answers.problem = ProblemTests.problem
    let ran = await around.run("start", "web-1")
    #expect(
      ran.talk == """
        error: the domain is gone
          domain: web-1
          device: data
          path: /x
          wanted: this
          is: that
          cause: Domain not found
          do: vmctl restore web-1

        """)
  }

  @Test func `with JSON a problem is one object a line on stderr`() async throws {
    var around = Surroundings()
    around.answers.problem = ProblemTests.problem
    let ran = await around.run("start", "web-1", "-o", "json")
    #expect(ran.output.isEmpty)
    #expect(ran.talk.split(separator: "\n").count == 1)
    #expect(try decode(Problem.self, ran.talk) == ProblemTests.problem)
    #expect(ran.status == 13)
  }

  @Test func `problems of a report are said, and the report is data`() async throws {
    var report = Samples.report(.error, "web-1", "attaching data: no")
    report.problems = [Problem("libvirt", "attaching data: no", domain: "web-1", device: "data")]
    var around = Surroundings()
    around.answers.events = [Samples.finished(report)]
    let ran = await around.run("reconcile", "web-1")
    #expect(ran.output == "web-1: error\n")
    #expect(ran.talk == "error: attaching data: no\n  domain: web-1\n  device: data\n")
    #expect(ran.status == 1)
    let json = await around.run("reconcile", "web-1", "-o", "json", "-q")
    #expect(try decode(OperationReport.self, json.output) == report)
    #expect(try decode(Problem.self, json.talk) == report.problems[0])
  }

  @Test func `all faults of a document are said, each with its place`() async throws {
    let folder = try Folder([
      "bad.yaml": """
      apiVersion: vmctl/v1
      kind: Domain
      metadata:
        name: ..
      spec:
        powr: running
        devices:
        - id: A
      """
    ])
    for command in ["plan", "reconcile"] {
      let ran = await Surroundings().run(command, "-f", folder("bad.yaml"))
      #expect(ran.status == 64)
      #expect(ran.calls.isEmpty)
      #expect(ran.talk.split(separator: "\n").filter { $0.hasPrefix("error: \(folder("bad.yaml")):") }.count >= 3)
      #expect(ran.talk.contains("bad.yaml:6:3: "))
      #expect(ran.talk.contains("power"))
    }
    let json = await Surroundings().run("plan", "-f", folder("bad.yaml"), "-o", "json")
    for line in json.talk.split(separator: "\n") {
      #expect(try decode(Problem.self, String(line)).code == "invalid-document")
    }
  }
}
