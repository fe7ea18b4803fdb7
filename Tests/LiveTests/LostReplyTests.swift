import Control
import DomainXML
import Foundation
import Libvirt
import TestSupport
import Testing
import Vocabulary

extension Live {
  /// A reconcile whose connection breaks under it, each on a host of its own.
  @Suite(.serialized, .needsHost, .timeLimit(.minutes(15))) struct LostReplies {
    /// All by themselves; in the short run two at a time.
    private static let faults: [(FaultScript.Cut?, RPCProxy.EventFault?)] =
      FaultResults.isFull
      ? FaultScript.Cut.allCases.map { ($0, nil) }
        + [RPCProxy.EventFault.drop, .double, .reorder, .delay(.milliseconds(200))].map { (nil, $0) }
      : [(.replyLost, .drop), (.neverDelivered, .reorder)]

    @Test func `F3, F4: whatever is cut off, lost, doubled or late, the same comes of it within one reconcile`()
      async throws
    {
      try await PrivateHost.with { host in
        try await RPCProxy.with(host) { proxy in
          let script = FaultScript(host: host, proxy: proxy)
          let calm = try await script.play(nil)
          for (cut, events) in LostReplies.faults {
            let results = try await script.play(cut, events: events)
            var violations = 0
            for (stage, (result, wanted)) in zip(FaultScript.stages, zip(results, calm)) {
              let cut = stage.cut(of: cut)
              let mayWait = cut.map(stage.mayWait) ?? false
              let isSame = result.slots == wanted.slots && (result.outcome == wanted.outcome || mayWait)
              #expect(
                isSame, "\(stage.name), \(cut?.words ?? "all calls through"), events: \(events as Any): \(result)")
              // What was carried out is not asked for again, and what was not is, once.
              let calls =
                switch cut {
                case nil, .replyLost: wanted.calls...wanted.calls
                case .neverDelivered: wanted.calls + 1...wanted.calls + 1
                case .cutAsDelivered: wanted.calls...wanted.calls + 1
                }
              #expect(calls.contains(result.calls), "\(stage.name), \(cut as Any): \(result.calls) calls, not \(calls)")
              if !isSame || !calls.contains(result.calls) { violations += 1 }
            }
            let fault = [cut?.words, events.map { "events: \($0.words)" }].compactMap { $0 }.joined(separator: ", ")
            FaultResults.note("connection", fault, runs: results.count, violations: violations)
          }
        }
      }
    }

    @Test(arguments: ["restarts", "hangs"])
    func `F2, F5, F6: a libvirtd that goes away under one domain costs the others nothing`(_ what: String) async throws
    {
      try await PrivateHost.with { host in
        try await RPCProxy.with(host) { proxy in
          try await LiveDomain.with(on: host, through: proxy.uri) { first in
            try await LiveDomain.with(on: host, through: proxy.uri) { second in
              try await LiveDomain.with(on: host, through: proxy.uri) { third in
                let domains = [first, second, third]
                for number in 1...3 {
                  let documents = try domains.map { domain in
                    let disks = try (0..<number).map { try domain.disk("d\($0)", target: "vd" + ["a", "b", "c"][$0]) }
                    return domain.document(disks, boots: false)
                  }
                  if number > 1 {
                    proxy.order(.tell { disturb(host, what) }, of: .attach, nth: number)
                  }
                  let reports = try await first.reconcileAll(documents)
                  #expect(reports.map(\.outcome) == [.asWanted, .asWanted, .asWanted], "\(reports)")
                  #expect(proxy.hasDoneItsOrders)
                  for domain in domains {
                    let (live, persistent) = try await (domain.definition(.live), domain.definition(.persistent))
                    for disk in 0..<number {
                      let slot = live.device(alias: "ua-d\(disk)")?.slot
                      #expect(slot != nil && slot == persistent.device(alias: "ua-d\(disk)")?.slot)
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
  }
}

/// On the proxy's own thread, which may wait.
private func disturb(_ host: PrivateHost, _ what: String) {
  do {
    if what == "restarts" {
      try host.signal(SIGTERM, to: "libvirtd")
    } else {
      try host.signal(SIGSTOP, to: "libvirtd")
      usleep(700_000)
      try host.signal(SIGCONT, to: "libvirtd")
    }
  } catch { Issue.record(error) }
}

extension FaultScript.Cut {
  /// For the table of faults.
  var words: String {
    switch self {
    case .replyLost: "reply lost after the call was carried out"
    case .neverDelivered: "call never delivered"
    case .cutAsDelivered: "connection cut as the call is delivered"
    }
  }
}

extension RPCProxy.EventFault {
  var words: String {
    switch self {
    case .drop: "dropped"
    case .double: "doubled"
    case .reorder: "reordered"
    case .delay(let duration): "\(duration) late"
    }
  }
}
