import Control
import Hummingbird
import Vocabulary

extension RouteTable {
  static let store: [Route] = [
    Route(
      .get, "/v1/doctor", "examine", "What is wrong with the host and the store, and the way out.", .scope(.read),
      .host, answers: [.json("Examination", "The findings.")],
      handler: { call async throws(Problem) in try .json(await call.control.examination()) }),
    Route(
      .get, "/v1/store/check", "checkStore", "Looks at every page, row and document of the store.", .scope(.read),
      .host, answers: [.json("Examination", "The findings.")],
      handler: { call async throws(Problem) in try .json(await call.control.storeCheck()) }),
    Route(
      .post, "/v1/store/repair", "repairStore", "Takes damaged rows out that can be done without.", .scope(.admin),
      .host, answers: [.json("Examination", "What was done, and what is left.")],
      handler: { call async throws(Problem) in try .json(await call.control.repairStore()) }),
    Route(
      .post, "/v1/store/backup", "backUpStore", "Copies the store to a file on the daemon's host.", .scope(.admin),
      .host, body: .json("BackupRequest"), answers: [.json("Backup", "The copy.")], handler: StoreRoutes.backUp),
  ]
}

private enum StoreRoutes {
  static func backUp(_ call: RouteCall) async throws(Problem) -> Response {
    let body = try call.decoded(BackupBody.self)
    guard body.file.hasPrefix("/") else {
      throw Problem("usage", "the daemon's files have absolute paths", path: "file", wanted: "/…", found: body.file)
    }
    return try .json(await call.control.backUpStore(to: body.file, overwriting: body.overwriting ?? false))
  }

  private struct BackupBody: Decodable {
    let file: String
    var overwriting: Bool?
  }
}
