import Control
import DomainXML
import Foundation
import Intent
import Libvirt
import Planning
import Reconciling
import TestSupport
import Testing
import Vocabulary

extension Live {
  /// What libvirt rewrites, fills in and shows of a running domain is no difference: of domains that look like other
  /// people's, the intent that `adopt` prints asks for nothing, whatever happens to them meanwhile (I9, design
  /// section 9; D7, pitfalls d, f, g, k).
  @Suite(.serialized, .needsHost, .timeLimit(.minutes(15))) struct NoFalseDifference {
    static let seed: UInt64 = 20_170_316
    /// How many run at a time.
    private static let atOnce = 3

    @Test func `60 domains of every kind, printed while they run: after a cold boot the plan is empty`() async throws {
      let specimens = Specimen.all(60, seed: Self.seed, starts: true)
      expectEachRecipe(in: specimens, starts: true)
      try await check(specimens, starting: true)
    }

    @Test func `200 domains that are only defined: what was printed plans nothing`() async throws {
      let specimens = Specimen.all(200, seed: Self.seed &+ 1, starts: false)
      expectEachRecipe(in: specimens, starts: false)
      try await check(specimens, starting: false)
    }

    private func expectEachRecipe(in specimens: [Specimen], starts: Bool) {
      for machine in ["pc", "q35"] {
        let used = Set(specimens.filter { $0.machine == machine }.flatMap(\.recipes))
        let all = Recipe.Deck.allCases.flatMap { Recipe.all($0, machine: machine, starts: starts) }.map(\.name)
        let missing = all.filter { !used.contains($0) }
        #expect(missing.isEmpty, "seed \(Self.seed): the \(machine) specimens leave out \(missing)")
      }
    }

    private func check(_ specimens: [Specimen], starting: Bool) async throws {
      let overlay = try overlay()
      await withTaskGroup(of: Void.self) { group in
        for (number, specimen) in specimens.enumerated() {
          if number >= Self.atOnce { await group.next() }
          group.addTask {
            do {
              try await LiveDomain.with(machine: specimen.machine) { domain in
                try specimen.makeFiles(in: domain, overlay: overlay)
                try await Trial(specimen: specimen, domain: domain).run(starting: starting)
              }
            } catch {
              // What libvirt refuses is a defect of the specimen, and no reason to leave it out.
              Issue.record("\(specimen): \(error)")
            }
          }
        }
      }
    }

    /// An empty qcow2 image; each specimen gets copies of it.
    private func overlay() throws -> Data {
      let host = try #require(PrivateHost.current)
      let path = host.images + "/empty-\(UUID().uuidString).qcow2"
      defer { try? FileManager.default.removeItem(atPath: path) }
      let process = try Process.run(
        URL(filePath: "/usr/bin/env"), arguments: ["qemu-img", "create", "-q", "-f", "qcow2", path, "2M"])
      process.waitUntilExit()
      return try Data(contentsOf: URL(filePath: path))
    }
  }
}

/// What one specimen goes through.
private struct Trial {
  let specimen: Specimen
  let domain: LiveDomain

  func run(starting: Bool) async throws {
    let connection = try await Connection.open(uri: domain.host.uri, readOnly: false)
    do {
      try await run(connection, starting: starting)
      await connection.close()
    } catch {
      await connection.close()
      throw error
    }
  }

  private func run(_ connection: Connection, starting: Bool) async throws {
    let written = XMLText(specimen.xml(in: domain))
    let uuid: DomainUUID
    do {
      uuid = try await connection.create(written)
      if starting { try await start(uuid, connection) }
    } catch {
      Issue.record("libvirt refuses \(specimen): \(error)\n\(written.shown)")
      return
    }
    let first = try #require(try await connection.observe(.uuid(uuid)))
    let printed = try await domain.control.adoption(of: domain.name)
    expectNothing(printed.plan, "as it was printed")

    if specimen.number.isMultiple(of: 4) || specimen.number % 4 == 1 {
      let report = try await domain.perform(.adopt)
      #expect(report.outcome == .asWanted, "\(specimen): \(report.problems) \(report.refused)")
      if starting {
        try await connection.destroy(uuid)
        expectNothing(try await domain.plan(printed.document), "adopted and stopped", steps: 0)
        try await start(uuid, connection)
      }
      expectNothing(try await domain.plan(printed.document), "adopted", steps: 0)
    } else {
      if starting {
        try await connection.destroy(uuid)
        try await start(uuid, connection)
      }
      let second = try #require(try await connection.observe(.uuid(uuid)))
      expectNothing(try plan(printed.document, printedFrom: first, of: second), "of the second dump")
    }
  }

  /// libvirt 9.0 starts a dbus-daemon for `<graphics type='dbus'/>` and the hypervisor without waiting until the first
  /// listens: now and then the second finds nobody there. That is no word on the specimen.
  private func start(_ uuid: DomainUUID, _ connection: Connection) async throws {
    for _ in 0..<4 {
      do throws(LibvirtError) {
        return try await connection.start(uuid)
      } catch {
        guard error.message.contains("failed to connect to DBus") else { throw error }
      }
    }
    try await connection.start(uuid)
  }

  /// The plan of files: nobody is asked, and the bindings are those of the first dump.
  private func plan(_ text: String, printedFrom first: Observation, of second: Observation) throws -> PlanDocument {
    func definition(_ observation: Observation, _ side: Side) throws -> DomainDefinition? {
      try observation.xml(side).map { try DomainDefinition($0) }
    }
    let adoption = try Adoption(live: definition(first, .live), persistent: definition(first, .persistent))
    let document = try #require(try IntentParser.parse([.init(name: "printed", bytes: Array(text.utf8))]).first)
    let live = try definition(second, .live)
    let plan = Planner.plan(
      PlanningInput(
        wanted: document, generation: Generation(1), uuid: second.uuid, live: live,
        persistent: try definition(second, .persistent), state: live == nil ? .shutOff : .running,
        managed: ManagedState(bindings: adoption.bindings)))
    return PlanDocument(plan)
  }

  /// `steps`: how many of vmctl's own metadata there may be.
  private func expectNothing(_ plan: PlanDocument, _ when: String, steps: Int = 2) {
    let others = plan.steps.filter { $0.target.metadata != true }
    #expect(
      others.isEmpty && plan.steps.count <= steps,
      """
      \(specimen), \(when): \(plan.steps.map { "\($0.action) \($0.target.name): \($0.reason) \($0.changes ?? [])" })
      \(specimen.xml(in: domain))
      """)
    #expect(plan.refused.isEmpty, "\(specimen), \(when): \(plan.refused)")
    #expect(plan.drift.isEmpty, "\(specimen), \(when): \(plan.drift)")
    #expect(plan.nextBoot.isEmpty, "\(specimen), \(when): \(plan.nextBoot)")
  }
}
