import Control
import DomainXML
import Foundation
import GuestABI
import Reconciling
import Vocabulary

/// Domains from files, checked one after the other: any number of them needs the memory of one.
struct GuestFiles {
  let context: Context

  private static let decoder = JSONDecoder()
  /// A document of libvirt's greatest length, each byte written as `\u0000` at worst.
  private static let longestLine = 6 * Limits.libvirt.bytes + 4096

  private struct Line: Decodable {
    let id: String?
    let xml: String
  }

  func check(
    _ files: [String], _ hosts: [HostSource], _ origins: [HostSource], _ common: CommonOptions
  ) async throws -> HostCheckReport {
    let target = try await describe(hosts, common)
    let source = origins.isEmpty ? nil : try await describe(origins, common)
    var report = HostCheckReport(host: target.summary, from: source?.summary)
    let checker = HostChecker(to: target.offer, from: source?.offer)
    for file in files { try eachDocument(of: file) { report.add(checker.domain($1, named: $0)) } }
    return report
  }

  private func describe(_ sources: [HostSource], _ common: CommonOptions) async throws -> HostDescriptionReader {
    var reader = HostDescriptionReader()
    for source in sources {
      switch source {
      case .text(let name, let bytes): try reader.add(bytes, from: name)
      case .uri(let uri):
        let options = ControlOptions(uri: uri, storePath: common.store, command: "vmctl abi check")
        try reader.add(try await context.makeControl(options).control.capture(machines: []), from: uri)
      }
    }
    return reader
  }

  private func eachDocument(of file: String, _ body: (String?, XMLText) throws -> Void) throws {
    var number = 0
    func line(_ bytes: [UInt8]) throws {
      number += 1
      guard bytes.contains(where: { ![9, 13, 32].contains($0) }) else { return }
      let line: Line
      do {
        line = try GuestFiles.decoder.decode(Line.self, from: Data(bytes))
      } catch {
        throw Problem(
          "invalid-document", "line \(number) of \(file == "-" ? "stdin" : file) is no domain", path: file,
          wanted: #"{"id": "…", "xml": "<domain …"}"#, underlying: JSONFault.words(error))
      }
      try body(line.id, XMLText(line.xml))
    }
    if file == "-" {
      for bytes in try context.input(1 << 30).split(separator: 10, omittingEmptySubsequences: false) {
        try line(Array(bytes))
      }
    } else if try FileBytes.begins(file, with: UInt8(ascii: "<")) {
      try body(nil, XMLText(try FileBytes.read(path: file, limit: Limits.libvirt.bytes)))
    } else {
      try FileBytes.eachLine(of: file, limit: GuestFiles.longestLine, line)
    }
  }
}
