package import Control
import DomainXML
import Foundation
package import GuestABI
package import Vocabulary

/// Reads what describes a host: a capture, or one of libvirt's own documents.
package struct HostDescriptionReader {
  package private(set) var offer = HostOffer()
  private var name: String?
  /// Where it was asked; `nil` where it is described by files only.
  private(set) var uri: String?

  package init() {}

  /// Several descriptions of one host are taken together.
  /// - Throws: where a text describes no host.
  package mutating func add(_ bytes: [UInt8], from file: String) throws(Problem) {
    name = name ?? file
    let isCapture = bytes.first { ![9, 10, 13, 32].contains($0) } == UInt8(ascii: "{")
    let capture = isCapture ? try capture(bytes, file) : nil
    do throws(XMLFault) {
      if let capture {
        try add(capture)
      } else {
        try offer.add(XMLText(bytes))
      }
    } catch {
      throw Problem(
        "invalid-document", "\(file) describes no host: \(error.message)", path: file,
        wanted: "what `vmctl abi capture` writes, or libvirt's capabilities or domain capabilities",
        remedy: "vmctl abi capture -c URI > host.json")
    }
  }

  package mutating func add(_ capture: HostCapture, from place: String) throws(Problem) {
    do throws(XMLFault) {
      try add(capture)
    } catch {
      throw Problem("unreadable-xml", "what the host at \(place) says of itself cannot be read: \(error.message)")
    }
  }

  private mutating func add(_ capture: HostCapture) throws(XMLFault) {
    name = capture.hostname
    uri = capture.uri
    offer.libvirt = capture.libvirt
    offer.hypervisor = capture.hypervisor
    try offer.add(XMLText(capture.capabilities))
    for text in capture.domainCapabilities { try offer.add(XMLText(text)) }
    for found in capture.processors {
      offer.add(
        blockers: found.blockers.mapValues { Set($0) }, features: found.features.map { Set($0) },
        on: HostOffer.Platform(architecture: found.architecture, virtType: found.virtType))
    }
    if let folders = capture.folders { offer.files = HostFileList(folders: folders) }
  }

  package var summary: HostCheckReport.Host {
    HostCheckReport.Host(name: name ?? "?", libvirt: offer.libvirt, hypervisor: offer.hypervisor)
  }

  private func capture(_ bytes: [UInt8], _ file: String) throws(Problem) -> HostCapture {
    do {
      return try JSONDecoder().decode(HostCapture.self, from: Data(bytes))
    } catch {
      throw Problem(
        "invalid-document", "\(file) is no capture of a host", path: file,
        wanted: "what `vmctl abi capture` writes", remedy: "vmctl abi capture -c URI > host.json",
        underlying: "\(error)")
    }
  }
}
