import Control
import Testing
import Vocabulary

/// `vmctl diff`: what differs, and who is behind it.
@Suite struct DiffTests {
  private func run(_ words: String..., change: (inout DifferenceDocument) -> Void = { _ in }) async -> Ran {
    var around = Surroundings()
    around.answers.differences = Samples.differences
    change(&around.answers.differences)
    return await around.run(["diff", "web-1"] + words)
  }

  @Test func `a line a field: wanted, both sides, and by whom; what libvirt fills in is left out`() async {
    let ran = await run()
    #expect(ran.status == 0)
    #expect(ran.talk.isEmpty)
    #expect(
      ran.output == """
        DEVICE           FIELD          WANTED    LIVE  PERSISTENT  BY
        root             source/@file   /a        /b    /b          snapshot
          # below it
        data             mirror/@job              copy  -           block job
        lan              mtu/@size      9000      -     9000        vmctl
          # next boot
        cd               target/@tray             open  -           guest
        cd               readonly                 -     present     foreign
        usb              -              attached  -     attached    foreign
        domain           currentMemory  2048      1024  2048        guest
        disk target=vdx  -                        -     attached    foreign

        """)
    #expect(
      await run("--all").output.contains("\nroot             source/@index            1     -           libvirt\n"))
  }

  @Test func `one side: only what the document says, and only that side`() async {
    let live = await run("--live")
    #expect(
      live.output == """
        DEVICE  FIELD          WANTED    LIVE  BY
        root    source/@file   /a        /b    snapshot
          # below it
        lan     mtu/@size      9000      -     vmctl
          # next boot
        usb     -              attached  -     foreign
        domain  currentMemory  2048      1024  guest

        """)
    #expect(await run("--persistent").output.hasPrefix("DEVICE  FIELD         WANTED  PERSISTENT  BY\nroot "))
    #expect(await run("--persistent").status == 0)
  }

  @Test func `programs get the same rows`() async throws {
    let all = try decode(DifferenceDocument.self, await run("--all", "-o", "json").output)
    #expect(all == Samples.differences)
    let some = try decode(DifferenceDocument.self, await run("-o", "json").output)
    #expect(some.differences == Samples.differences.differences.filter { $0.by != .libvirt })
  }

  @Test func `nothing differs: said on stderr, with the reason, and the exit code is 0`() async {
    func said(_ words: String..., change: @escaping (inout DifferenceDocument) -> Void) async -> String {
      var around = Surroundings()
      change(&around.answers.differences)
      let ran = await around.run(["diff", "web-1"] + words)
      #expect(ran.status == 0)
      #expect(ran.output.isEmpty)
      return ran.talk
    }
    func document(_ generation: Int64?, _ sides: [Side]) -> DifferenceDocument {
      DifferenceDocument(domain: .init(name: "web-1", uuid: nil), generation: generation, sides: sides)
    }
    #expect(await said { $0 = document(7, [.live, .persistent]) } == "Nothing differs in web-1.\n")
    #expect(
      await said {
        $0 = document(7, [.live, .persistent])
        $0.differences = [DifferenceDocument.Row(kind: "disk", by: .libvirt)]
      } == "Nothing differs in web-1 (1 field that libvirt fills in: --all).\n")
    #expect(await said("--live") { $0 = document(nil, [.live]) }.hasPrefix("No document is known for web-1"))
    #expect(await said("--live") { $0 = document(7, [.persistent]) } == "web-1 does not run.\n")
    #expect(await said("--persistent") { $0 = document(7, [.live]) }.contains("transient"))
    #expect(await said { $0 = document(nil, [.persistent]) }.contains("nothing to compare"))
  }

  @Test func `an escape sequence in a value does not reach the terminal`() async {
    let ran = await run { $0.differences[0].live = "/b\u{1b}[31m" }
    #expect(!ran.output.contains("\u{1b}"))
  }
}
