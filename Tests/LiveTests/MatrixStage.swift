import Foundation
import Testing

/// One command in the life of the matrix's domain, and what is to be there when it has ended.
struct MatrixStage: Sendable {
  enum Name: String, CaseIterable, Sendable {
    case define, start, attach, update, set, eject, resize, password, detach, stop, startAgain, delete

    /// Whether it is possible to go on with the same command where the guest has died.
    var outlivesGuest: Bool { ![.eject, .resize, .password, .delete].contains(self) }
  }

  let name: Name
  let words: [String]
  var input = ""
  /// The document that holds from here on, where it changes.
  var document: String?
  /// Ends that are as it should be: a screen takes its password at once only where it was started with one.
  var exitCodes: Set<Int32> = [0]
  /// Whether a running guest is asked for something.
  var needsGuest = false

  /// The life of `domain`, from nothing to nothing.
  static func life(of domain: LiveDomain) throws -> [MatrixStage] {
    let root = try domain.disk("root", target: "vda")
    let medium = domain.folder + "/medium.iso"
    try #require(FileManager.default.createFile(atPath: medium, contents: Data(count: 1 << 20)))
    let drive = "{id: cd, disk: {device: cdrom, file: \(medium), format: raw, bus: sata, target: sda}}"
    let data = try domain.disk("data", target: "vdb")
    // A round begins with a disk that was not made larger yet.
    try Data(count: 1 << 20).write(to: URL(filePath: "\(domain.folder)/data.img"))
    func document(_ devices: [String], power: String = "running", title: String = "one") -> String {
      domain.document([root, drive] + devices, power: power, graphics: "vnc", settings: "title: \(title)")
    }
    func reconcile(_ name: Name, _ document: String, needsGuest: Bool = false) -> MatrixStage {
      MatrixStage(
        name: name, words: ["reconcile", "--quiet", "--file", domain.folder + "/document.yaml"], document: document,
        needsGuest: needsGuest)
    }
    let (up, down) = (domain.card("lan"), domain.card("lan", extra: ", link: down"))
    return [
      reconcile(.define, document([], power: "stopped")),
      reconcile(.start, document([])),
      reconcile(.attach, document([data, up])),
      reconcile(.update, document([data, down])),
      reconcile(.set, document([data, down], title: "two")),
      MatrixStage(name: .eject, words: ["eject", "--quiet", domain.name, "cd"]),
      MatrixStage(name: .resize, words: ["resize", "--quiet", domain.name, "data", "2 MiB"]),
      MatrixStage(
        name: .password, words: ["password", "--quiet", domain.name], input: "secret\n", exitCodes: [0, 10]),
      reconcile(.detach, document([down], title: "two"), needsGuest: true),
      reconcile(.stop, document([down], power: "stopped", title: "two"), needsGuest: true),
      reconcile(.startAgain, document([down], title: "two")),
      MatrixStage(name: .delete, words: ["delete", "--quiet", "--force", domain.name]),
    ]
  }
}
