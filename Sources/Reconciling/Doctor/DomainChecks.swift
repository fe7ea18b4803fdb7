import Control
import DomainXML
import Libvirt
import Store
import Vocabulary

/// What can be wrong between libvirt's domains and the store's. Each check is a function of one examination.
enum DomainChecks {
  static let all: [DomainCheck] = [damage, orphans, ghosts, overtaken, transients, waits, phantoms, openSteps]

  /// How long an unplug may wait before it is worth a word, where its own deadline does not say so first.
  private static let patience: Int64 = 3_600_000

  /// What is wanted of a domain, and cannot be read any more.
  static func damage(_ examination: Examination) -> [Finding] {
    (examination.files ?? []).compactMap { file in
      file.intentDamage.map {
        Finding(.problem, "document", file.row.name, Problem(lostIntent: $0, domain: file.row.name))
      }
    }
  }

  /// A domain carries our element and the store does not know it: the store was lost, or it came from another host.
  static func orphans(_ examination: Examination) -> [Finding] {
    guard examination.files != nil, let domains = examination.domains else { return [] }
    return domains.filter { $0.managed != nil && examination.file(of: $0) == nil }.map { domain in
      let name = domain.observation.name
      return Finding(
        .warning, "orphaned-metadata", name, "the domain carries vmctl's metadata and the store does not know it",
        remedy: "`vmctl reconcile -f` with its document takes it up again; `vmctl forget \(name)` lets it go")
    }
  }

  /// The store has a domain that libvirt does not have (I11).
  static func ghosts(_ examination: Examination) -> [Finding] {
    guard examination.domains != nil else { return [] }
    return (examination.files ?? []).filter { examination.domain(of: $0) == nil }.map { file in
      let name = file.row.name
      guard file.hasRecord else {
        return Finding(
          .warning, "not-created", name, "a document was accepted, and the domain was never defined",
          remedy: "`vmctl reconcile \(name)` defines it; `vmctl forget \(name)` drops the document")
      }
      if file.row.departure == .migrated {
        return Finding(.note, "ghost", name, "the domain was migrated to another host")
      }
      return Finding(
        .warning, "ghost", name, "the store knows the domain and libvirt does not have it",
        remedy: "`vmctl restore \(name)` brings it back; `vmctl forget \(name)` lets it go")
    }
  }

  /// The domain carries a later generation than the store's newest document (a store put back, a domain come back).
  static func overtaken(_ examination: Examination) -> [Finding] {
    (examination.files ?? []).compactMap { file in
      guard let applied = examination.domain(of: file)?.managed?.generation, file.intentDamage == nil,
        file.intent.map({ $0.generation < applied }) ?? true
      else { return nil }
      let newest = file.intent.map { "generation \($0.generation)" } ?? "none"
      return Finding(
        .warning, "document-behind", file.row.name,
        "generation \(applied) was applied, and the newest document in the store is \(newest)",
        remedy: "give the newest document (`vmctl reconcile -f FILE`); until then it is not reconciled without one")
    }
  }

  /// libvirt returns an inactive definition for a transient domain, which is none: it goes when the domain stops (T19).
  static func transients(_ examination: Examination) -> [Finding] {
    (examination.domains ?? []).filter { $0.managed != nil && !$0.observation.isPersistent }.map { domain in
      Finding(
        .note, "transient", domain.observation.name,
        "the domain is transient: it is gone when it stops, whatever `virsh dumpxml --inactive` shows",
        remedy: "`virsh dumpxml NAME > FILE; virsh define FILE` makes it persistent, if that is what you want")
    }
  }

  /// The hypervisor process has a device that libvirt does not know. Those of an earlier run went with its process.
  static func phantoms(_ examination: Examination) -> [Finding] {
    (examination.files ?? []).flatMap { file -> [Finding] in
      let run = examination.domain(of: file)?.observation.id
      return file.phantoms.filter { $0.run == run }.map { phantom in
        Finding(
          .problem, "phantom", file.row.name,
          "the hypervisor process has '\(phantom.device)' and libvirt does not know it, as after a call that was cut off "
            + "(\(phantom.said))",
          remedy: "vmctl restart \(file.row.name): a new process has it once, at the same slot; until then no claim on "
            + "the guest's hardware holds")
      }
    }
  }

  /// The guest was asked to let go and has not.
  static func waits(_ examination: Examination) -> [Finding] {
    (examination.files ?? []).flatMap { file -> [Finding] in
      let run = examination.domain(of: file)?.observation.id
      return file.unplugs.filter { $0.run == run && $0.attempts > 0 }.compactMap { unplug in
        let waited = examination.now.milliseconds - unplug.since.milliseconds
        guard examination.now >= unplug.deadline || waited >= patience else { return nil }
        return Finding(
          .warning, "unplug", file.row.name,
          "the guest was asked \(waited / 60_000) min ago to let go of '\(unplug.target.name)' and has not",
          remedy: "look into the guest; `vmctl restart \(file.row.name)` ends it", underlying: unplug.said)
      }
    }
  }

  /// The journal says that a call was about to be made, and nobody is there who would say how it ended.
  static func openSteps(_ examination: Examination) -> [Finding] {
    guard examination.holder == nil else { return [] }
    return (examination.files ?? []).flatMap { file in
      file.openSteps.filter { $0.state != .waiting }.map { step in
        let what = [step.action, step.target.name, step.side.map { "(\($0.rawValue))" } ?? ""]
          .filter { !$0.isEmpty }.joined(separator: " ")
        return Finding(
          .warning, "open-step", file.row.name,
          "vmctl ended in operation \(step.operation) before it knew what came of: \(what)",
          remedy: "`vmctl reconcile \(file.row.name)` finds out by reading; nothing is done twice")
      }
    }
  }
}
