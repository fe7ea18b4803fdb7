package import Control
import DomainXML
import Libvirt
import Store
package import Vocabulary

extension EmbeddedControl {
  package func examination() async throws(Problem) -> ExaminationReport {
    ExaminationReport(await Doctor(workplace: workplace).examine())
  }

  package func storeCheck() async throws(Problem) -> ExaminationReport {
    var store: RecordStore?
    return ExaminationReport(await StoreExaminer(location: workplace.location).examine(&store))
  }

  package func repairStore() async throws(Problem) -> ExaminationReport {
    let (store, examiner) = (try await writingStore(), StoreExaminer(location: workplace.location))
    return try await stored { () throws(StoreError) in
      try await store.setAsideDamage()
      let mended = store.mendedDamage.map { found in
        Finding(
          .note, "store-repair", store.location.path,
          found.damage.message.replacing("the store is damaged: ", with: "")
            + ": set aside")
      }
      let left = try await examiner.contents(of: store, StoreSurvey(of: store.location))
      if workplace.resident == nil { try store.close() }
      return ExaminationReport(mended + left)
    }
  }

  package func backUpStore(to file: String, overwriting: Bool) async throws(Problem) -> BackupReport {
    let location = workplace.location
    let backup: StoreBackup?
    do throws(Problem) {
      backup = try await stored { () throws(StoreError) in
        try await RecordStore.openForReading(location)?.backUp(to: file, overwriting: overwriting)
      }
    } catch {
      guard error.code == "store", let path = error.path, path != location.path else { throw error }
      throw Problem(
        "file-unwritable", "the copy could not be written: \(error.message)", path: path, remedy: error.remedy,
        underlying: error.underlying)
    }
    guard let backup else {
      throw Problem(
        "store", "there is no store to back up", path: location.path, remedy: "name the store with --store")
    }
    return BackupReport(file: backup.path, bytes: backup.bytes, domains: backup.domains, schema: backup.schema)
  }

  package func restoreStore(from file: String) async throws(Problem) -> RestoreReport {
    let (location, command, time) = (workplace.location, workplace.command, time)
    let source = StoreLocation(path: file)
    let done = try await stored { () throws(StoreError) in
      let lock = try await StoreLock.acquire(location, command: command, since: time.now())
      return try await RecordStore.restore(from: source, to: location, lock: lock, at: time.now())
    }
    var report = RestoreReport(store: location.path, file: source.path, domains: done.domains.count)
    report.kept = done.kept
    report.older = done.older.map { older in
      let now = older.restored.map { "generation \($0)" } ?? "no document"
      return Finding(
        .warning, "document-behind", older.name,
        "the replaced store had generation \(older.replaced), the backup has \(now)",
        remedy: "give the newest document (`vmctl reconcile -f FILE`)")
    }
    report.older += await behindLibvirt(done, except: Set(report.older.map(\.subject)))
    if let error = done.unreadable {
      report.older.append(
        Finding(
          .note, "store-replaced", done.kept ?? location.path,
          "the replaced store could not be asked for its documents: \(error.message)"))
    }
    report.next = [
      "vmctl doctor                 # what the store does not know of, and what is gone",
      "vmctl reconcile -f FILE      # for each domain above, with its newest document",
      "vmctl plan --all             # then look, before `vmctl reconcile --all`",
    ]
    return report
  }

  /// Domains that carry a later generation than the restored store has: their metadata is the floor, and no older
  /// document is applied without being given again.
  private func behindLibvirt(_ done: StoreRestoration, except told: Set<String>) async -> [Finding] {
    do throws(Problem) {
      let hypervisor = try await asking("connecting to libvirt") { () throws(LibvirtError) in
        try await workplace.connect(workplace.uri, true)
      }
      let observations = try await asking("reading all domains") { () throws(LibvirtError) in
        try await hypervisor.observe(try await hypervisor.domains().map(\.uuid))
      }
      await hypervisor.close()
      var found: [Finding] = []
      for observation in observations where !told.contains(observation.name) {
        let newest = done.domains.first { $0.row.key.domain == observation.uuid }?.generation
        guard let applied = try ObservedDomain(observation).managed?.generation,
          newest.map({ $0 < applied }) ?? true
        else { continue }
        found.append(
          Finding(
            .warning, "document-behind", observation.name,
            "generation \(applied) was applied, the backup has \(newest.map { "generation \($0)" } ?? "no document")",
            remedy: "give the newest document (`vmctl reconcile -f FILE`)"))
      }
      return found
    } catch {
      return [
        Finding(
          .note, "libvirt", workplace.uri ?? "libvirt",
          "libvirt could not be asked which documents were applied; each is checked when it is reconciled",
          underlying: error.message)
      ]
    }
  }

  private func writingStore() async throws(Problem) -> RecordStore {
    if let resident = workplace.resident { return try resident.surroundings().store }
    return try await workplace.store()
  }
}
