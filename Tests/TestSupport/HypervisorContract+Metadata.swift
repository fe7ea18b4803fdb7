import Libvirt
import Vocabulary

extension HypervisorContract {
  private static let ours = "urn:vmctl:contract"
  private static let foreign = "<them:note xmlns:them='urn:them'><them:a  b=\"c\">d &amp; e</them:a></them:note>"

  static let metadata = [
    Behaviour("metadata is per side, and reads back without its prefix") { test in
      try await test.defineAndStart()
      let element = XMLText("<bindings><device id='data'/></bindings>")
      try await test.hypervisor.setMetadata(
        element, prefix: "vmctl", uri: ours, of: test.uuid, side: .persistent)
      try expect(
        try await test.hypervisor.metadata(uri: ours, of: test.uuid, side: .live) == nil, "it is on the live side")
      let read = try await test.hypervisor.metadata(uri: ours, of: test.uuid, side: .persistent)?.shown ?? "nothing"
      try expect(read.hasPrefix("<bindings>") && read.contains("<device id=\"data\"/>"), "it reads: \(read)")
      let xml = try await test.xml(.persistent)
      try expect(xml.contains("<vmctl:bindings xmlns:vmctl=\"\(ours)\">"), "in the definition it is: \(xml)")
      try expect(try await !test.xml(.live).contains(ours), "it is in the live XML")
      try await test.hypervisor.setMetadata(element, prefix: "vmctl", uri: ours, of: test.uuid, side: .live)
      try expect(try await test.xml(.live).contains(ours), "it is not in the live XML")
    },
    Behaviour("setting metadata again replaces it, nil removes it, and other namespaces stay byte for byte") { test in
      _ = try await test.hypervisor.create(
        test.domain.definition(metadata: "<metadata>\(foreign)</metadata>"))
      func foreignPart() async throws -> String {
        let xml = try await test.xml(.persistent)
        guard let start = xml.firstRange(of: "<them:note"), let end = xml.firstRange(of: "</them:note>") else {
          throw ContractViolation("the foreign element is gone")
        }
        return String(xml[start.lowerBound..<end.upperBound])
      }
      let before = try await test.observe()
      let note = try await foreignPart()
      for text in ["<a/>", "<b><c/></b>"] {
        try await test.hypervisor.setMetadata(
          XMLText(text), prefix: "vmctl", uri: ours, of: test.uuid, side: .persistent)
        try expect(try await foreignPart() == note, "the foreign element changed")
      }
      let xml = try await test.xml(.persistent)
      try expect(xml.contains("<vmctl:b ") && !xml.contains("<vmctl:a "), "not replaced: \(xml)")
      try await test.hypervisor.setMetadata(nil, prefix: "vmctl", uri: ours, of: test.uuid, side: .persistent)
      try expect(try await test.observe().persistent == before.persistent, "not removed without a trace")
      try await test.hypervisor.setMetadata(nil, prefix: "vmctl", uri: ours, of: test.uuid, side: .persistent)
      try expect(try await test.observe().persistent == before.persistent, "removing nothing changed something")
    },
    Behaviour("live metadata of a stopped domain is code 55, and a stop forgets it") { test in
      try await test.define()
      let element = XMLText("<a/>")
      try await expectRefusal(.operationInvalid, what: "set") {
        try await test.hypervisor.setMetadata(element, prefix: "vmctl", uri: ours, of: test.uuid, side: .live)
      }
      try await expectRefusal(.operationInvalid, what: "get") {
        _ = try await test.hypervisor.metadata(uri: ours, of: test.uuid, side: .live)
      }
      try await test.hypervisor.start(test.uuid)
      try await test.hypervisor.setMetadata(element, prefix: "vmctl", uri: ours, of: test.uuid, side: .live)
      try await test.hypervisor.destroy(test.uuid)
      try await test.hypervisor.start(test.uuid)
      try expect(
        try await test.hypervisor.metadata(uri: ours, of: test.uuid, side: .live) == nil, "the stop did not forget it")
    },
  ]
}
