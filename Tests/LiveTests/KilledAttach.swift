import Control
import DomainXML
import Foundation
import Libvirt
import Reconciling
import TestSupport
import Testing
import Vocabulary

/// One reconcile that attaches a disk, libvirtd killed in the middle of it, and what has to hold afterwards.
struct KilledAttach {
  /// When libvirtd is killed: so long after so manieth attach of the reconcile has reached it.
  struct Moment: CustomStringConvertible {
    let call: Int
    let microseconds: UInt32

    var description: String { "\(microseconds) µs after attach \(call)" }
  }

  struct Result {
    var isPhantom = false
    /// The process has no such device: what another attach of it comes to.
    var overstated: String?
    var violations: [String] = []
  }

  /// Disks that can be attached until the domain is started anew.
  static let ports = 10

  let host: PrivateHost
  let proxy: RPCProxy
  let domain: LiveDomain

  private func document(_ disks: [String]) throws -> String {
    let root = try domain.disk("root", target: "vda")
    let others = try disks.enumerated().map { number, id in
      try domain.disk(id, target: "vd" + "bcdefghijklm".map(String.init)[number])
    }
    return domain.document([root] + others, boots: false, rootPorts: KilledAttach.ports + 1)
  }

  /// The domain anew, with nothing but its first disk: `disks` are what it has beside that.
  func powerCycle(removing disks: [String]) async throws {
    if FileManager.default.fileExists(atPath: domain.storePath) {
      try #require(try await domain.perform(.stop, force: true, timeout: 200).outcome == .asWanted)
    }
    let report = try await domain.reconcile(try document([]), removals: disks)
    try #require(report.outcome == .asWanted, "\(report)")
  }

  func run(_ disks: [String], _ moment: Moment) async throws -> Result {
    let document = try document(disks)
    let daemon = try #require(try host.process("libvirtd"))
    proxy.forgetCalls()
    proxy.order(
      .tell {
        usleep(moment.microseconds)
        kill(daemon, SIGKILL)
      }, of: .attach, nth: moment.call)
    let first = try await domain.reconcile(document)
    let second = try await domain.reconcile(document)
    domain.forgetCalls()
    let third = try await domain.reconcile(document)

    var result = Result()
    func check(_ holds: Bool, _ violation: @autoclosure () -> String) {
      if !holds { result.violations.append(violation()) }
    }
    check(proxy.hasDoneItsOrders, "libvirtd was not killed")
    proxy.forgetOrders()
    check(domain.mutatingCalls == 0, "a third reconcile changes something: \(third)")
    check((proxy.calls[.attach] ?? 0) <= 6, "attach was called \(proxy.calls[.attach] ?? 0) times")
    check(second.outcome == third.outcome, "second and third reconcile differ: \(second), \(third)")
    let codes = third.refused.map(\.code) + third.problems.map(\.code.rawValue)
    result.isPhantom = codes.contains("phantom-device")
    let (live, persistent) = try await (domain.definition(.live), domain.definition(.persistent))
    for id in disks {
      let (inLive, inPersistent) = (devices(id, live), devices(id, persistent))
      check(inPersistent.count == 1, "'\(id)' is \(inPersistent.count) times in the definition")
      if id == disks.last, result.isPhantom {
        // Asked of the process itself: what libvirt knows is not the question.
        let tree = try domain.virsh("qemu-monitor-command", domain.name, "--hmp", "info qtree")
        if !tree.contains("\"ua-\(id)\""), let device = inPersistent.first {
          result.overstated = await attachBehindItsBack(device)
        }
        check(inLive.isEmpty, "'\(id)' is called a phantom and libvirt knows it")
        check(first.problems.contains { $0.code.rawValue == "phantom-device" }, "not named at first: \(first)")
      } else {
        check(inLive.count == 1, "'\(id)' is \(inLive.count) times in the running domain")
        check(inLive.first?.slot == inPersistent.first?.slot, "the slots of '\(id)' differ")
      }
    }
    if !result.isPhantom {
      check(first.outcome == .asWanted, "not as wanted within the same reconcile: \(first)")
      check(third.outcome == .asWanted, "not as wanted: \(third)")
    }
    let open = try await domain.control.history(of: domain.name, limit: 3).flatMap(\.steps)
      .filter { ["unknown", "started"].contains($0.state) }
    check(open.isEmpty, "steps that nobody settled: \(open)")
    return result
  }

  private func attachBehindItsBack(_ device: Device) async -> String {
    do {
      try await domain.behindItsBack { connection, uuid in
        try await connection.attach(device.element.source, to: uuid, side: .live)
      }
      return "attached"
    } catch {
      return "\(error)"
    }
  }

  private func devices(_ id: String, _ definition: DomainDefinition) -> [Device] {
    definition.devices.filter { $0.alias == "ua-\(id)" }
  }
}
