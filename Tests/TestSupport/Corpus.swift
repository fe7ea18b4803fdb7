package import Foundation
package import Vocabulary

/// Documents for tests: the conformance folder beside the project where it is there, else the project's own corpus.
package enum Corpus {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// `../shared/conformance` as seen from the project's root; `nil` where it is absent.
  package static let conformance: URL? = {
    let folder = root.deletingLastPathComponent().appending(path: "shared/conformance")
    return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
  }()

  /// Domains that the project's own hosts returned.
  package static let own = root.appending(path: "Tests/DomainXMLTests/Corpus")

  /// Every domain document that is there, by file name: the project's own and, beside them, the conformance ones.
  package static func domains() throws -> [(name: String, text: XMLText)] {
    var folders = [own]
    if let conformance {
      folders += [conformance.appending(path: "abi/bases"), conformance.appending(path: "hotplug/domains")]
    }
    return try folders.flatMap { try xmlFiles(in: $0) }
  }

  package static func xmlFiles(in folder: URL) throws -> [(name: String, text: XMLText)] {
    try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "xml" }
      .sorted { $0.lastPathComponent < $1.lastPathComponent }
      .map { ($0.lastPathComponent, XMLText(try Data(contentsOf: $0))) }
  }
}
