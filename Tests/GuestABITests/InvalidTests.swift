import DomainXML
import GuestABI
import Testing
import Vocabulary

/// Documents that libvirt would not take by themselves: no verdict about the guest.
@Suite struct InvalidTests {
  @Test(arguments: [
    ("<name>web-1</name>", "", "name"), ("type='kvm'", "", "@type"), (">hvm<", "><", "os/type"),
    ("0b7c5d1e-3b4a", "what", "uuid"), ("dev='vdb'", "dev='vda'", "devices/disk[target=vda]"),
  ])
  func `what libvirt would refuse is invalid, with the place`(_ old: String, _ new: String, _ path: String) throws {
    let comparison = try Pair.compare((old, new))
    #expect(comparison.verdict == .invalid)
    #expect(comparison.findings.map(\.path) == [path])
    #expect(comparison.findings.allSatisfy { $0.source == nil && $0.target != nil })
  }

  @Test(arguments: ["", "web-1", "<domain>", "<network/>", "<!DOCTYPE domain><domain/>"])
  func `what is no domain is invalid, and why is said`(_ text: String) {
    let comparison = ABIComparison(XMLText(text), XMLText(Pair.domain))
    #expect(comparison.verdict == .invalid)
    #expect(comparison.findings.map(\.rule) == ["document"])
    #expect(comparison.findings.allSatisfy { $0.source?.isEmpty == false && $0.target == nil })
  }
}
