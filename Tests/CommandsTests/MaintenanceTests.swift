import Control
import Foundation
import Testing
import Vocabulary

/// `vmctl abi capture`, `check`, `snapshot`, `verify` and `accept` (D9): what upgrade tooling reads and acts on.
@Suite struct MaintenanceTests {
  private static let host = """
    <capabilities><host><uuid>11111111-2222-4333-8444-555555555555</uuid><cpu><arch>x86_64</arch></cpu></host>
    <guest><os_type>hvm</os_type><arch name='x86_64'><emulator>/usr/bin/qemu</emulator>
    <machine>pc-q35-7.2</machine><machine deprecated='yes'>pc-q35-6.2</machine><domain type='kvm'/></arch></guest>
    </capabilities>
    """

  private static func domain(_ machine: String) -> String {
    "<domain type='kvm'><name>\(machine)</name><vcpu>1</vcpu><os><type arch='x86_64' machine='\(machine)'>hvm</type></os>"
      + "<devices/></domain>"
  }

  private static func line(_ id: String, _ machine: String) -> String {
    #"{"id": "\#(id)", "xml": "\#(domain(machine))"}"#
  }

  private static func folder() throws -> Folder {
    try Folder([
      "host.xml": host, "same.xml": domain("pc-q35-7.2"), "old.xml": domain("pc-q35-6.2"),
      "gone.xml": domain("pc-q35-2.4"),
      "all.jsonl": [line("a", "pc-q35-7.2"), "", line("b", "pc-q35-6.2"), line("c", "pc-q35-2.4")]
        .joined(separator: "\n"),
      "bad.jsonl": line("a", "pc-q35-7.2") + "\n{}\n", "no-host.xml": "<domain/>", "no-capture.json": "{}",
      "malformed.jsonl": #"{"id": "x", "xml": "<domain"}"#,
    ])
  }

  @Test(arguments: [("same", "same", 0), ("old", "same, deprecated", 0), ("gone", "will not start", 14)])
  func `the verdict of the host is the first word, and the exit code`(_ file: String, _ words: String, _ code: Int)
    async throws
  {
    let folder = try MaintenanceTests.folder()
    let ran = await Surroundings().run(
      "abi", "check", "--file", folder("\(file).xml"), "--host", folder("host.xml"))
    #expect(ran.status == Int32(code), "\(ran.talk)")
    #expect(ran.output.hasPrefix("\(words): "))
    #expect(ran.calls.isEmpty)
    let strict = await Surroundings().run(
      "abi", "check", "-f", folder("\(file).xml"), "--host", folder("host.xml"), "--fail-on", "deprecated")
    #expect(strict.status == (file == "same" ? 0 : 14))
  }

  @Test func `a file of many is one report, counted, with stable names`() async throws {
    let folder = try MaintenanceTests.folder()
    let ran = await Surroundings().run(
      "abi", "check", "-f", folder("all.jsonl"), "--host", folder("host.xml"), "-o", "json")
    let report = try decode(HostCheckReport.self, ran.output)
    #expect(ran.status == 14 && report.verdict == .willNotStart)
    #expect(report.counts == ["same": 1, "deprecated": 1, "willNotStart": 1])
    #expect(report.guests.map(\.name) == ["a", "b", "c"])
    let finding = try #require(report.guests.last?.findings.first)
    #expect(finding.consequence == "willNotStart" && finding.path == "os/type/@machine")
    #expect(finding.wanted == "pc-q35-2.4" && finding.remedy != nil)
  }

  @Test(
    arguments: [
      (["-f", "bad.jsonl", "--host", "host.xml"], "line 2 of"),
      (["-f", "all.jsonl", "--host", "no-host.xml"], "<domain>"),
      (["-f", "all.jsonl", "--host", "no-capture.json"], "no capture"),
      (["-f", "nowhere", "--host", "host.xml"], "nowhere"),
      (["-f", "same.xml", "a", "--host", "host.xml"], "--file"), (["-f", "same.xml"], "--host"),
    ] as [([String], String)])
  func `what cannot be read is named, and is usage`(_ words: [String], _ part: String) async throws {
    let folder = try MaintenanceTests.folder()
    let ran = await Surroundings().run(
      ["abi", "check"] + words.map { $0.contains(".") || $0 == "nowhere" ? folder($0) : $0 })
    #expect(ran.status == 64)
    #expect(ran.talk.contains(part), "\(ran.talk)")
  }

  @Test func `a document that is none cannot be told, and hides no other`() async throws {
    let folder = try MaintenanceTests.folder()
    let ran = await Surroundings().run(
      "abi", "check", "-f", folder("malformed.jsonl"), "-f", folder("same.xml"), "--host", folder("host.xml"), "-o",
      "json")
    let report = try decode(HostCheckReport.self, ran.output)
    #expect(report.guests.map(\.verdict) == [.unknown, .same] && ran.status == 14)
  }

  @Test func `domains are asked of the control, hosts given as files or URIs`() async throws {
    let folder = try MaintenanceTests.folder()
    let ran = await Surroundings().run(
      "abi", "check", "web-1", "--host", folder("host.xml"), "--from", "qemu+ssh://old/system")
    #expect(ran.status == 0)
    guard case .check(let request) = ran.calls.first else {
      Issue.record("\(ran.calls)")
      return
    }
    #expect(request.domains == ["web-1"] && request.from == [.uri("qemu+ssh://old/system")])
    #expect(request.host == [.text(name: folder("host.xml"), bytes: Array(MaintenanceTests.host.utf8))])
  }

  @Test func `what is captured and taken down comes back as it was written`() async throws {
    let folder = try MaintenanceTests.folder()
    let capture = await Surroundings().run("abi", "capture", "--machine", "pc-q35-6.2", "-o", folder("host.json"))
    #expect(capture.status == 0 && capture.output.isEmpty && capture.calls == [.capture(["pc-q35-6.2"])])
    let check = await Surroundings().run("abi", "check", "-f", folder("same.xml"), "--host", folder("host.json"))
    #expect(check.output.contains("canary (libvirt 11.3.0, QEMU 10.0.0)"))

    let snapshot = await Surroundings().run("abi", "snapshot", "-o", folder("before.json"))
    #expect(snapshot.status == 0 && snapshot.calls == [.snapshot])
    let verify = await Surroundings().run("abi", "verify", folder("before.json"))
    #expect(verify.status == 0 && verify.calls == [.verify(FakeControl.Answers().snapshot)])
    #expect(verify.output.contains("now libvirt 11.3.0"))
    #expect(await Surroundings().run("abi", "verify", folder("host.xml")).status == 64)
  }

  @Test func `a guest that differs, one that is gone and one that does not run are 14`() async throws {
    for (verdict, code) in [
      (HostVerification.Verdict.same, 0), (.new, 0), (.notRunning, 14), (.gone, 14), (.differs, 14),
    ] {
      var surroundings = Surroundings()
      surroundings.answers.verification.add(
        .init(name: "web-1", uuid: DomainUUID(high: 1, low: 1), verdict: verdict))
      let folder = try MaintenanceTests.folder()
      _ = await Surroundings().run("abi", "snapshot", "-o", folder("before.json"))
      let ran = await surroundings.run("abi", "verify", folder("before.json"))
      #expect(ran.status == Int32(code) && ran.output.hasPrefix(verdict.words))
    }
  }

  @Test func `accept is a verb`() async throws {
    let ran = await Surroundings().run("abi", "accept", "web-1")
    #expect(ran.calls == [.perform(VerbRequest(.accept, domain: "web-1"))])
  }
}
