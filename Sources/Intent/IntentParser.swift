import DomainXML
import Vocabulary

/// Reads documents: all of a call together, because two for one domain are an error (R1).
package enum IntentParser {
  /// A file, `stdin` or a request body.
  package struct Source: Sendable {
    package let name: String
    package let bytes: [UInt8]

    package init(name: String, bytes: [UInt8]) {
      self.name = name
      self.bytes = bytes
    }
  }

  /// Throws all faults of all sources at once.
  package static func parse(_ sources: [Source]) throws(IntentFaults) -> [IntentDocument] {
    guard sources.count == 1 else { return try read(sources) }
    if let known = RecentSources.shared.find(sources[0]) { return known }
    let documents = try read(sources)
    RecentSources.shared.remember(documents, of: sources[0])
    return documents
  }

  private static func read(_ sources: [Source]) throws(IntentFaults) -> [IntentDocument] {
    var documents: [Found] = []
    var faults: [IntentFault] = []
    for source in sources {
      do throws(IntentFault) {
        let nodes = try DocumentReader.read(source.bytes, source: source.name)
        if nodes.isEmpty {
          faults.append(IntentFault("there is no document in it", source: source.name, at: nil, path: ""))
        }
        for node in nodes {
          var found: [IntentFault] = []
          if let document = document(node, source, alone: nodes.count == 1, &found) {
            documents.append(Found(document: document, position: node.position))
          }
          faults += found.map {
            var fault = $0
            fault.source = source.name
            return fault
          }
        }
      } catch {
        faults.append(error)
      }
    }
    faults += doubles(documents)
    guard faults.isEmpty else { throw IntentFaults(faults) }
    return documents.map(\.document)
  }

  private struct Found {
    let document: IntentDocument
    let position: Position

    var place: String { "\(document.source):\(position.line)" }
  }

  private static func doubles(_ documents: [Found]) -> [IntentFault] {
    var faults: [IntentFault] = []
    var names: [DomainName: Found] = [:]
    var uuids: [DomainUUID: Found] = [:]
    for found in documents {
      let document = found.document
      let other = names[document.name] ?? document.uuid.flatMap { uuids[$0] }
      if let other {
        let word = other.document.name == document.name ? "name" : "uuid"
        faults.append(
          IntentFault(
            "two documents for one domain (one \(word)): '\(other.document.name)' at \(other.place) and "
              + "'\(document.name)'", source: document.source, at: found.position, path: "metadata.\(word)",
            remedy: "give one document for each domain"))
      }
      names[document.name] = found
      if let uuid = document.uuid { uuids[uuid] = found }
    }
    return faults
  }

  private static func document(
    _ node: DocumentNode, _ source: Source, alone: Bool, _ faults: inout [IntentFault]
  ) -> IntentDocument? {
    IntentGrammar.document.validate(node, path: "", &faults)
    guard faults.isEmpty, let metadata = node["metadata"], let spec = node["spec"],
      let name = metadata["name"]?.text.flatMap({ DomainName($0) })
    else { return nil }
    var devices: [WantedDevice]?
    if let nodes = spec["devices"]?.items { devices = readDevices(nodes, &faults) }
    let creation = spec["creation"].flatMap { CreationIntent($0, &faults) }
    let settings = WantedSetting.read(spec, &faults)
    guard faults.isEmpty else { return nil }
    var shutdown = IntentDocument.Shutdown()
    if let deadline = spec["shutdown"]?["deadline"]?.text.flatMap(parseDuration) { shutdown.deadline = deadline }
    if let otherwise = spec["shutdown"]?["otherwise"]?.text.flatMap(IntentDocument.Shutdown.Otherwise.init) {
      shutdown.otherwise = otherwise
    }
    return IntentDocument(
      source: source.name,
      // Of a source with several documents each is kept by its content, so that one change is one generation.
      text: alone ? source.bytes : node.asJSON(),
      canonicalDigest: node.canonicalDigest,
      name: name,
      uuid: metadata["uuid"]?.text.flatMap { DomainUUID($0) },
      labels: Dictionary(
        (metadata["labels"]?.entries ?? []).map { ($0.key, $0.value.text ?? "") }, uniquingKeysWith: { $1 }),
      clientGeneration: metadata["generation"]?.text.flatMap { Int64($0) },
      power: spec["power"]?.text.flatMap(IntentDocument.Power.init) ?? .unmanaged,
      isProtected: spec["protected"]?.text == "true",
      unlisted: spec["unlisted"]?.text.flatMap(IntentDocument.Unlisted.init) ?? .keep,
      removals: Set((spec["removals"]?.items ?? []).compactMap { $0.text.flatMap { DeviceID($0) } }),
      drift: spec["drift"]?.text.flatMap(IntentDocument.Drift.init) ?? .reassert,
      shutdown: shutdown,
      onGuestShutdown: spec["onGuestShutdown"]?.text.flatMap(IntentDocument.OnGuestShutdown.init) ?? .stay,
      role: spec["role"]?.text.flatMap(IntentDocument.Role.init),
      creation: creation,
      settings: settings,
      applyAt: spec["applyAt"]?.text.flatMap(IntentDocument.ApplyAt.init) ?? .nextStart,
      devices: devices)
  }

  private static func readDevices(_ nodes: [DocumentNode], _ faults: inout [IntentFault]) -> [WantedDevice] {
    var devices: [Read] = []
    var seen: [DeviceID: Int] = [:]
    for (index, node) in nodes.enumerated() {
      let path = "spec.devices[\(index)]"
      guard let device = WantedDevice(node, path: path, &faults) else { continue }
      if let first = seen[device.id] {
        faults.append(
          IntentFault(
            "two devices have the id '\(device.id)': spec.devices[\(first)] and \(path)", at: node.position,
            path: path, remedy: "give each device an id of its own"))
      }
      seen[device.id] = index
      devices.append(Read(device: device, position: node.position))
    }
    faults += renames(devices) + clashes(devices)
    return devices.map(\.device)
  }

  private struct Read {
    let device: WantedDevice
    let position: Position
  }

  /// `was` moves an id's device to another id, so the old id must be gone and go to one heir (R5, R6).
  private static func renames(_ devices: [Read]) -> [IntentFault] {
    var faults: [IntentFault] = []
    let ids = Set(devices.map(\.device.id))
    var heirs: [DeviceID: DeviceID] = [:]
    for read in devices {
      guard let old = read.device.was else { continue }
      let path = read.device.path + ".was"
      if ids.contains(old) {
        faults.append(
          IntentFault(
            "'\(read.device.id)' was '\(old)', but the document also has a device '\(old)'", at: read.position,
            path: path, remedy: "a device keeps its id; give the new one an id of its own"))
      }
      if let other = heirs[old] {
        faults.append(
          IntentFault(
            "'\(other)' and '\(read.device.id)' both were '\(old)'", at: read.position, path: path,
            remedy: "one of them only"))
      }
      heirs[old] = read.device.id
    }
    return faults
  }

  /// Two devices of one document that claim one thing: a target, a MAC, a channel name, a boot order, a slot.
  private static func clashes(_ devices: [Read]) -> [IntentFault] {
    var faults: [IntentFault] = []
    var claims: [String: WantedDevice] = [:]
    func claim(_ word: String, _ value: String, _ read: Read) {
      let key = word + "\0" + value
      if let other = claims[key], other.id != read.device.id {
        faults.append(
          IntentFault(
            "'\(other.id)' and '\(read.device.id)' have the same \(word) \(shown(value))", at: read.position,
            path: read.device.path, remedy: "give each its own"))
      }
      claims[key] = read.device
    }
    for read in devices {
      let device = read.device
      for unique in device.kind.unique {
        guard let value = device.element?.value(at: unique.path) else { continue }
        claim(unique.word, device.kind.field(at: unique.path)?.form.normalised(value) ?? value, read)
      }
      if let order = device.bootOrder { claim("boot order", String(order), read) }
      if let address = device.address { claim("address", address.description, read) }
    }
    return faults
  }
}
