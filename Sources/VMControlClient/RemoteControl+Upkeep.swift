package import Control
import Foundation
package import Vocabulary

extension RemoteControl {
  package func examination() async throws(Problem) -> ExaminationReport {
    try await document(long(HTTPRequest(.get, ["v1", "doctor"])))
  }

  package func storeCheck() async throws(Problem) -> ExaminationReport {
    try await document(long(HTTPRequest(.get, ["v1", "store", "check"])))
  }

  package func repairStore() async throws(Problem) -> ExaminationReport {
    try await document(long(RemoteControl.posting(["v1", "store", "repair"], isSafe: false)))
  }

  private struct BackupBody: Encodable {
    let file: String
    let overwriting: Bool
  }

  /// The daemon writes the file: a relative path means one in the caller's folder, which it does not know.
  package func backUpStore(to file: String, overwriting: Bool) async throws(Problem) -> BackupReport {
    let path = file.hasPrefix("/") ? file : FileManager.default.currentDirectoryPath + "/" + file
    let request = RemoteControl.posting(["v1", "store", "backup"], isSafe: false)
    return try await document(long(asking(request, BackupBody(file: path, overwriting: overwriting))))
  }

  /// Never: the store in use is not exchanged below the daemon that uses it.
  package func restoreStore(from file: String) async throws(Problem) -> RestoreReport {
    throw Problem(
      "store-held", "the store is in use by vmctld at \(client.transport.address)", path: file,
      remedy: "stop vmctld, `vmctl store restore \(file)`, start it again")
  }
}
