import Control
import Foundation
import Store
import Vocabulary

/// What is wrong with the store's files and with what is in them.
struct StoreExaminer {
  let location: StoreLocation
  var user = geteuid()

  /// - Parameter store: the store, open for looking, where it can be opened.
  /// - Returns: what was found.
  func examine(_ store: inout RecordStore?) async -> [Finding] {
    let survey = StoreSurvey(of: location)
    let holder = StoreLock.holder(of: location)
    var findings = files(survey)
    if let holder {
      let words = "in use by '\(holder.command)' (pid \(holder.pid))"
      findings.append(Finding(.note, "store-lock", location.lockPath, words))
    } else if survey.logBytes > 0 {
      findings.append(
        Finding(
          .note, "store-log", location.walPath,
          "a vmctl was killed and left \(survey.logBytes) bytes in the log; the next one that writes folds them in"))
    }
    do throws(StoreError) {
      guard let found = try RecordStore.openForReading(location) else {
        findings.append(
          Finding(
            .note, "store", location.path, "there is no store yet",
            remedy: "the first command that changes something makes it"))
        return findings
      }
      store = found
      findings += try await contents(of: found, survey)
    } catch {
      // A store of an older vmctl is no trouble: the next command that writes brings it up to date.
      let isOlder = if case .olderSchema = error.kind { true } else { false }
      findings.append(Finding(isOlder ? .note : .problem, "store", error.path, Problem(error)))
    }
    return findings
  }

  /// What the rows are like: for `vmctl store check` by itself.
  func contents(of store: RecordStore, _ survey: StoreSurvey) async throws(StoreError) -> [Finding] {
    let damage = try await store.check()
    let usage = try await store.usage()
    let schema = try await store.settings().schema
    var findings = damage.map { Finding(.problem, "store-rows", location.path, Problem($0)) }
    if damage.isEmpty {
      let domains = try await store.summaries().count
      findings.append(
        Finding(
          .ok, "store", location.path,
          "schema \(schema), \(domains) domain\(domains == 1 ? "" : "s"), \(usage.blobs) documents and definitions, "
            + "\(size(usage.fileBytes)); every page, row and document is as it was written"))
    }
    if let aside = survey.aside {
      findings.append(
        Finding(
          .note, "store-aside", aside.path, "damaged rows were taken out of the store and put here",
          remedy: "look at it, then remove it"))
    }
    return findings
  }

  private func files(_ survey: StoreSurvey) -> [Finding] {
    var findings: [Finding] = []
    if let folder = survey.folder, !survey.files.isEmpty {
      // Who may write the folder may put another store into it.
      if folder.mode & 0o022 != 0 {
        findings.append(open(folder, .problem, "0700", "others can put files into the store's folder"))
      } else if folder.mode & 0o077 != 0 {
        findings.append(open(folder, .note, "0700", "others can list the store's folder"))
      }
    }
    for file in survey.files {
      if file.mode & 0o077 != 0 { findings.append(open(file, .warning, "0600", "it is not for its owner alone")) }
      if file.owner != user {
        findings.append(
          Finding(
            user == 0 ? .note : .warning, "store-permissions", file.path, "it belongs to user \(file.owner)",
            remedy: "run vmctl as that user, or chown the store"))
      }
    }
    if let room = survey.room { findings += self.room(room, survey) }
    findings += survey.replaced.map {
      Finding(
        .note, "store-replaced", $0.path, "the store that a restore replaced, \(size($0.size))",
        remedy: "remove it when you are sure that you do not want it back")
    }
    return findings
  }

  private func open(
    _ file: StoreSurvey.File, _ severity: Finding.Severity, _ mode: String, _ message: String
  ) -> Finding {
    Finding(
      severity, "store-permissions", file.path, "\(message) (mode 0\(String(file.mode, radix: 8)))",
      remedy: "chmod \(mode) \(file.path)")
  }

  /// A commit needs some pages; a backup or a restore as much again as the store.
  private func room(_ room: Int, _ survey: StoreSurvey) -> [Finding] {
    let folder = location.folder
    let need = survey.files.map(\.size).reduce(0, +)
    if room < 1 << 20 {
      return [
        Finding(
          .problem, "disk", folder, "\(size(room)) left: nothing can be journalled, so nothing is changed",
          remedy: "make room on the file system")
      ]
    }
    if room < max(need, 64 << 20) {
      return [
        Finding(.warning, "disk", folder, "\(size(room)) left", remedy: "make room before it is needed")
      ]
    }
    return [Finding(.ok, "disk", folder, "\(size(room)) left")]
  }

  private func size(_ bytes: Int) -> String {
    switch bytes {
    case ..<(1 << 20): "\((bytes + 1023) >> 10) KiB"
    case ..<(10 << 30): "\(bytes >> 20) MiB"
    default: "\(bytes >> 30) GiB"
    }
  }
}
