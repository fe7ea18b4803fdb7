import Commands
import Control
import Foundation
import Testing
import Vocabulary

/// `vmctl doctor` and `vmctl store`.
@Suite struct UpkeepTests {
  private static let findings = [
    Finding(.ok, "libvirt", "qemu:///system", "libvirt 9.0.0 answers"),
    Finding(.note, "store-lock", "/s/vmctl.db.lock", "in use by 'vmctld' (pid 7)"),
    Finding(.warning, "ghost", "web-1\u{1b}[31m", "libvirt does not have it", remedy: "`vmctl restore web-1`"),
    Finding(.problem, "kvm", "/dev/kvm", "cannot be opened", remedy: "chmod 0660 /dev/kvm", underlying: "EACCES"),
  ]

  private func surroundings(_ findings: [Finding]) -> Surroundings {
    var surroundings = Surroundings()
    surroundings.answers.examination = ExaminationReport(findings)
    return surroundings
  }

  @Test func `findings are told by severity, place, message, cause and way out`() async {
    let ran = await surroundings(UpkeepTests.findings).run("doctor")
    #expect(
      ran.output == """
        ok       qemu:///system: libvirt 9.0.0 answers
        note     /s/vmctl.db.lock: in use by 'vmctld' (pid 7)
        warning  web-1\\u{1b}[31m: libvirt does not have it
                 do: `vmctl restore web-1`
        problem  /dev/kvm: cannot be opened
                 cause: EACCES
                 do: chmod 0660 /dev/kvm
        1 problem, 1 warning.

        """)
    #expect(ran.status == 1)
    #expect(ran.calls == [.examination])
    let quiet = await surroundings(UpkeepTests.findings).run("doctor", "-q")
    #expect(!quiet.output.contains("qemu:///system"))
    #expect(quiet.status == 1)
  }

  @Test(arguments: [(0, Int32(0)), (1, 0), (2, 1), (3, 1)])
  func `what is worse than a note fails the command`(_ index: Int, _ status: Int32) async {
    for words in [["doctor"], ["doctor", "--quiet"], ["store", "check"], ["store", "repair"]] {
      let ran = await surroundings([UpkeepTests.findings[index]]).run(words)
      #expect(ran.status == status)
      #expect(ran.output.contains("Nothing is wrong.") == (status == 0))
    }
  }

  @Test(arguments: ["json", "yaml"]) func `programs get the same findings`(_ format: String) async throws {
    let ran = await surroundings(UpkeepTests.findings).run("doctor", "-o", format)
    #expect(ran.status == 1)
    if format == "json" {
      let report = try decode(ExaminationReport.self, ran.output)
      #expect(report == ExaminationReport(UpkeepTests.findings))
      #expect(report.worst == .problem)
    } else {
      #expect(ran.output.contains("severity: problem"))
      #expect(ran.output.contains("kind: Examination"))
    }
  }

  @Test func `a backup is asked for with its file, and replaces one only when told to`() async throws {
    let ran = await Surroundings().run("store", "backup", "/b/vmctl.db")
    #expect(ran.calls == [.backup("/b/vmctl.db", false)])
    #expect(ran.output == "/b/vmctl.db: 2 domains, 4096 bytes, every row as it was written\n")
    #expect(ran.options.map(\.command) == ["vmctl store backup"])
    let forced = await Surroundings().run("store", "backup", "--force", "/b/vmctl.db", "-o", "json")
    #expect(forced.calls == [.backup("/b/vmctl.db", true)])
    #expect(try decode(BackupReport.self, forced.output).domains == 2)
    #expect(await Surroundings().run("store", "backup").status == 64)
  }

  @Test func `a restore says what was replaced, what is older and what to do now`() async {
    var surroundings = Surroundings()
    surroundings.answers.restore.kept = "/s/vmctl.db.replaced-x"
    surroundings.answers.restore.older = [
      Finding(.warning, "document-behind", "web-1", "generation 9 was applied", remedy: "give the newest document")
    ]
    surroundings.answers.restore.next = ["vmctl doctor"]
    let ran = await surroundings.run("store", "restore", "/b/vmctl.db")
    #expect(ran.calls == [.storeRestore("/b/vmctl.db")])
    #expect(
      ran.output == """
        /s/vmctl.db: 2 domains from /b/vmctl.db
        what was there is /s/vmctl.db.replaced-x

        warning  web-1: generation 9 was applied
                 do: give the newest document

        Now:
          vmctl doctor

        """)
    #expect(ran.status == 0)
  }

  @Test(arguments: ["backup", "restore", "check", "repair"])
  func `each part of store teaches by example, and takes the store's path before or after`(_ name: String) async {
    let help = await Surroundings().run("store", name, "--help")
    #expect(help.status == 0)
    #expect(help.output.contains("\n  vmctl"))
    #expect(help.output.contains("--store <path>"))
    let file = ["backup", "restore"].contains(name) ? ["/f"] : []
    for words in [["--store", "/x.db", "store", name] + file, ["store", name, "--store", "/x.db"] + file] {
      let ran = await Surroundings().run(words)
      #expect(ran.options.map(\.storePath) == ["/x.db"], "\(words) \(ran.talk)")
    }
  }
}
