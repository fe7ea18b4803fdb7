import Intent
import Testing
import Vocabulary

/// Intent documents in few words.
enum Intents {
  /// `devices`: one flow mapping each; `nil`: not stated.
  static func document(_ devices: [String]?, _ more: String = "", name: String = "web-1") throws -> IntentDocument {
    var spec = more.isEmpty ? "" : more.split(separator: "\n").map { "  \($0)\n" }.joined()
    if let devices {
      spec += devices.isEmpty ? "  devices: []\n" : "  devices:\n" + devices.map { "  - \($0)\n" }.joined()
    }
    let body = spec.isEmpty ? " {}\n" : "\n" + spec
    let text = "apiVersion: vmctl/v1\nkind: Domain\nmetadata: {name: \(name)}\nspec:\(body)"
    do {
      return try #require(try IntentParser.parse([.init(name: "test.yaml", bytes: Array(text.utf8))]).first)
    } catch let faults as IntentFaults {
      throw World.Refused(description: faults.faults.map(\.message).joined(separator: "; ") + "\n" + text)
    }
  }

  static func disk(
    _ id: String, _ target: String, bus: String = "virtio", file: String? = nil, form: String = "", _ more: String = ""
  ) -> String {
    let tail = more.isEmpty ? "" : ", " + more
    let keys = form.isEmpty ? "" : ", " + form
    let file = file ?? "/srv/\(id).raw"
    return "{id: \(id), disk: {file: \(file), format: raw, bus: \(bus), target: \(target)\(keys)}\(tail)}"
  }

  static func card(_ id: String, _ form: String = "network: default", _ more: String = "") -> String {
    "{id: \(id), interface: {\(form)}" + (more.isEmpty ? "" : ", " + more) + "}"
  }

  static func rng(_ id: String, _ more: String = "") -> String {
    xml(id, "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>", more)
  }

  static func channel(_ id: String, _ name: String) -> String {
    xml(id, "<channel type='unix'><target type='virtio' name='\(name)'/></channel>")
  }

  static func xml(_ id: String, _ xml: String, _ more: String = "") -> String {
    "{id: \(id), xml: \"\(xml)\"" + (more.isEmpty ? "" : ", " + more) + "}"
  }

  static func creation(_ machine: String, rootPorts: Int = 4, _ more: String = "") -> String {
    "creation: {type: qemu, machine: \(machine), memory: 1 GiB, vcpus: 4, rootPorts: \(rootPorts)"
      + (more.isEmpty ? "" : ", " + more) + "}"
  }

  static let root = disk("root", "vda", "bootOrder: 1")
  /// Guard rails look at disks and halves; with these a single removal is an ordinary one.
  static let base = [root, card("lan"), rng("entropy"), disk("data", "vdb")]
}

extension World {
  /// A running domain made by vmctl: root disk, card, rng and data disk, and four places left.
  static func standard(_ machine: String = "q35", _ devices: [String] = Intents.base, rootPorts: Int = 4) throws
    -> World
  {
    try created(try Intents.document(devices, Intents.creation(machine, rootPorts: rootPorts)))
  }
}
