import Control
import Testing
import Vocabulary

/// `vmctl blame`: who chose a value, and by which step.
@Suite struct BlameTests {
  private func run(_ words: String...) async -> Ran {
    var around = Surroundings()
    around.answers.provenance = Samples.provenance
    return await around.run(["blame", "web-1"] + words)
  }

  @Test func `a line a value: by whom, by which step, and when`() async {
    let ran = await run()
    #expect(ran.status == 0)
    #expect(
      ran.output == """
        DEVICE  FIELD          SIDE        VALUE              BY                      STEP  WHEN
        lan     mac/@address               52:54:00:12:34:56  vmctl                   3.1   at 1700000000000
          # not drawn twice
        lan     target/@dev    live        vnet0              libvirt
          # for this run
        lan     mtu/@size      persistent  9000               document, generation 7  3.2   at 1700000000000
        root    driver/@cache              none               foreign
          # the document says writeback
        root    readonly                   present            libvirt
        domain  currentMemory              2048               document, generation 7

        """)
  }

  @Test(arguments: [
    ("lan", ["mac/@address", "target/@dev", "mtu/@size"]), ("lan.mac/@address", ["mac/@address"]),
    ("lan.mac", ["mac/@address"]), ("lan.mtu", ["mtu/@size"]), ("root.cache", ["driver/@cache"]),
    ("root.driver", ["driver/@cache"]),
  ])
  func `a device, an element of it, a field by its path or by its key`(_ path: String, _ fields: [String]) async throws
  {
    let document = try decode(ProvenanceDocument.self, await run(path, "-o", "json").output)
    #expect(document.values.map(\.path) == fields)
  }

  @Test func `an unknown id is an error that lists the ids`() async throws {
    let ran = await run("lam.mac", "-o", "json")
    #expect(ran.status == 1)
    #expect(ran.output.isEmpty)
    let problem = try decode(Problem.self, ran.talk)
    #expect(problem.code == "no-such-device")
    #expect(problem.wanted == "lan, root")
    #expect(problem.remedy?.contains("vmctl blame web-1 lan") == true)
    #expect(await run("").status == 1)
    let field = try decode(Problem.self, await run("lan.link", "-o", "json").talk)
    #expect(field.code == "no-such-field")
    #expect(field.wanted?.contains("mtu/@size") == true)
  }

  @Test func `a domain of which vmctl manages nothing says so`() async {
    let ran = await Surroundings().run("blame", "web-1")
    #expect(ran.status == 0)
    #expect(ran.output.isEmpty)
    #expect(!ran.talk.isEmpty)
  }
}
