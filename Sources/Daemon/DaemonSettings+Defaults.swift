import Control
import OperatorFiles
import Store
package import Vocabulary

extension DaemonSettings {
  /// What holds where nothing is said: for root in the system's places, for others where the environment has theirs.
  /// - Throws: `usage` where no place can be told.
  package static func defaults(
    environment: [String: String], isRoot: Bool, groupExists: (String) -> Bool
  ) throws(Problem) -> DaemonSettings {
    let location: StoreLocation
    do throws(StoreError) {
      location = try StoreLocation.standard(environment: environment, isRoot: isRoot)
    } catch {
      throw Problem("usage", "no place for a store can be told", remedy: "say --store, or set HOME")
    }
    // Commands find one beside the store by the store's lock.
    let socket = UsualSocket.path(environment, isRoot: isRoot) ?? location.folder + "/vmctl/vmctl.sock"
    var settings = DaemonSettings(store: location.path, socketPath: socket)
    if isRoot {
      settings.tokens = TokenFile.standardPath
      if groupExists("vmctl") { settings.socketGroup = "vmctl" }
    }
    return settings
  }

  private init(store: String, socketPath: String) {
    self.store = store
    self.socketPath = socketPath
  }
}
