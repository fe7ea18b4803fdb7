import Control
import Testing
import Vocabulary

/// `plan --offline`: from files alone.
@Suite struct OfflineTests {
  private func plan(_ folder: Folder, _ words: String...) async -> Ran {
    await Surroundings().run(["plan", "--offline"] + words)
  }

  @Test func `a disk more is an attach on both sides at a free slot, and no control is asked for`() async throws {
    let folder = try Folder([
      "l.xml": Domains.xml(isRunning: true), "p.xml": Domains.xml(),
      "i.yaml": Domains.intent(devices: Domains.rootAndLan + Domains.data + Domains.more),
    ])
    let ran = await plan(
      folder, "--live", folder("l.xml"), "--persistent", folder("p.xml"), "-f", folder("i.yaml"),
      "--detailed-exitcode")
    #expect(ran.status == 2)
    #expect(ran.output.contains("  + more  disk  live  pci 0000:05:00.0  02.4/00.0  live, persistent\n"))
    #expect(ran.output.hasSuffix("Plan: 1 to add, 0 to change, 0 to remove, 3 unchanged.\n"))
    #expect(ran.options.isEmpty)
  }

  @Test func `the generation and the bindings are those of the metadata`() async throws {
    let folder = try Folder([
      "p.xml": Domains.xml(), "i.yaml": Domains.intent(),
    ])
    let ran = await plan(folder, "--persistent", folder("p.xml"), "-f", folder("i.yaml"), "-o", "json")
    let document = try decode(PlanDocument.self, ran.output)
    #expect(document.generation == 7)
    #expect(document.summary.remove == 1)
    let steps = document.steps.filter { $0.target.device != nil }
    #expect(steps.map(\.action) == ["detach"])
    #expect(steps.map(\.side) == ["persistent"])
  }

  @Test func `one side may be left out`() async throws {
    let folder = try Folder([
      "l.xml": Domains.xml(isRunning: true),
      "i.yaml": Domains.intent(devices: Domains.rootAndLan + Domains.data + Domains.more),
    ])
    let ran = await plan(folder, "--live", folder("l.xml"), "-f", folder("i.yaml"), "-o", "json")
    let document = try decode(PlanDocument.self, ran.output)
    #expect(document.steps.filter { $0.target.device != nil }.map(\.side) == ["live"])
  }

  @Test func `with neither side the plan is a creation, resolved from what is known of the host`() async throws {
    let creation = "  creation: {machine: q35, memory: 256 MiB, firmware: bios}\n"
    let folder = try Folder([
      "i.yaml": Domains.intent(creation: creation),
      "h.json": #"{"machines":[{"name":"q35","canonical":"pc-q35-7.2","deprecated":false}]}"#,
      "missing.json": #"{"files":{"/srv/root.qcow2":{"kind":"missing"}}}"#,
      "bad.json": #"{"libvirt":9}"#,
    ])
    let unknown = await plan(folder, "-f", folder("i.yaml"), "-o", "json")
    let document = try decode(PlanDocument.self, unknown.output)
    #expect(document.steps.map(\.action) == ["define"])
    #expect(document.placements.map(\.id) == ["root", "lan"])
    #expect(document.notes.contains { $0.contains("nothing is known of the host") })
    #expect(unknown.status == 0)
    let known = await plan(folder, "-f", folder("i.yaml"), "--host", folder("h.json"), "-o", "json")
    #expect(try decode(PlanDocument.self, known.output).steps.first?.xml?.contains("machine='pc-q35-7.2'") ?? false)
    #expect(await plan(folder, "-f", folder("i.yaml"), "--host", folder("missing.json")).status == 12)
    let bad = await plan(folder, "-f", folder("i.yaml"), "--host", folder("bad.json"))
    #expect(bad.status == 64)
    #expect(bad.talk.contains("cause: libvirt: "))
  }

  @Test func `files that are no domains, or of two domains, are one clear error`() async throws {
    let folder = try Folder([
      "p.xml": Domains.xml(), "i.yaml": Domains.intent(), "no.xml": "<domain>\n  <name>",
      "dtd.xml": "<!DOCTYPE d [<!ENTITY a \"b\">]><domain/>", "network.xml": "<network/>",
      "other.xml": Domains.xml(name: "web-2"),
      "another.xml": Domains.xml().replacing(Domains.uuid, with: "6f1c8f0e-6f0a-4c69-9d3b-1a2b3c4d5e6f"),
    ])
    for name in ["no.xml", "dtd.xml", "network.xml", "absent.xml"] {
      let ran = await plan(folder, "--persistent", folder(name), "-f", folder("i.yaml"))
      #expect(ran.status == 64)
      #expect(ran.talk.hasPrefix("error: \(folder(name))"))
    }
    #expect(await plan(folder, "--persistent", folder("other.xml"), "-f", folder("i.yaml")).status == 13)
    #expect(
      await plan(folder, "--persistent", folder("p.xml"), "--live", folder("another.xml"), "-f", folder("i.yaml"))
        .status == 64)
  }

  @Test func `a guard rail holds offline too, and --remove opens it`() async throws {
    let folder = try Folder(["p.xml": Domains.xml(), "i.yaml": Domains.intent(devices: "    []")])
    let all = ["--persistent", folder("p.xml"), "-f", folder("i.yaml")]
    #expect(await Surroundings().run(["plan", "--offline"] + all).status == 12)
    let named = ["--remove", "lan", "--remove", "data"]
    let ran = await Surroundings().run(["plan", "--offline"] + all + named)
    #expect(ran.status == 12)
    #expect(ran.output.contains("protected"))
    #expect(ran.output.contains("vmctl unprotect web-1 root"))
  }
}
