import DomainXML
import Vocabulary

extension Shape {
  /// Adds a fault for each place of `node` that is not of this shape.
  func validate(_ node: DocumentNode, path: String, _ faults: inout [IntentFault]) {
    switch self {
    case .mapping(let grammar): grammar.validate(node, path: path, &faults)
    case .list(let shape):
      guard let items = node.items else { return mismatch(node, "a list", path, &faults) }
      if items.count > DocumentLimits.devices {
        return faults.append(
          IntentFault("more than \(DocumentLimits.devices) entries", at: node.position, path: path))
      }
      for (index, item) in items.enumerated() { shape.validate(item, path: "\(path)[\(index)]", &faults) }
    case .labels:
      guard case .mapping(let entries) = node.content else { return mismatch(node, "a mapping", path, &faults) }
      for entry in entries {
        let place = "\(path).\(shown(entry.key))"
        if Secrets.looksSecret(entry.key) { faults.append(Secrets.fault(place, entry.position)) }
        if let wanted = ScalarType.name.refusal(entry.key) {
          faults.append(IntentFault("\(place): the label is not \(wanted)", at: entry.position, path: place))
        }
        ScalarType.text.validate(entry.value, path: place, &faults)
      }
    case .entries(let type):
      guard case .mapping(let entries) = node.content else { return mismatch(node, words, path, &faults) }
      for entry in entries {
        let place = "\(path).\(shown(entry.key))"
        if parseNumber(entry.key) == nil {
          faults.append(IntentFault("\(place): the key is not a number", at: entry.position, path: place))
        }
        type.validate(entry.value, path: place, &faults)
      }
    case .either(let shapes):
      if let fitting = shapes.first(where: { $0.fits(node) }) {
        fitting.validate(node, path: path, &faults)
      } else {
        mismatch(node, shapes.map(\.words).joined(separator: " or "), path, &faults)
      }
    case .scalar(let type): type.validate(node, path: path, &faults)
    case .xml(let element): Shape.validateXML(node, element: element, path: path, &faults)
    default:
      guard let text = node.text else { return mismatch(node, words, path, &faults) }
      if !accepts(text) { wrong(text, node, path, &faults) }
    }
  }

  private func accepts(_ text: String) -> Bool {
    switch self {
    case .boolean: text == "true" || text == "false"
    case .domainName: DomainName(text) != nil
    case .deviceID: DeviceID(text) != nil
    case .uuid: UniversalID(text) != nil
    case .duration: parseDuration(text) != nil
    case .memory: parseMemory(text) != nil
    default: true
    }
  }

  /// What the shape is, for messages.
  package var words: String {
    switch self {
    case .scalar(let type): type.words
    case .boolean: "true or false"
    case .domainName: "a domain name (\(DomainName.rule))"
    case .deviceID: "a device id (\(DeviceID.rule))"
    case .uuid: "a UUID"
    case .duration: "a duration as 30s, 5m or 2h"
    case .memory: "an amount of memory with its unit, as 512 MiB or 2 GiB"
    case .xml(let element): element.map { "the XML of a <\($0)>" } ?? "the XML of one libvirt device"
    case .list: "a list"
    case .mapping, .labels, .entries: "a mapping"
    case .either(let shapes): shapes.map(\.words).joined(separator: " or ")
    }
  }

  private func fits(_ node: DocumentNode) -> Bool {
    switch (self, node.content) {
    case (.list, .sequence), (.mapping, .mapping), (.labels, .mapping), (.entries, .mapping): true
    case (.list, _), (.mapping, _), (.labels, _), (.entries, _): false
    case (_, .scalar): true
    default: false
    }
  }

  private func mismatch(_ node: DocumentNode, _ wanted: String, _ path: String, _ faults: inout [IntentFault]) {
    faults.append(IntentFault("\(path) is \(node.kindName); wanted \(wanted)", at: node.position, path: path))
  }

  private func wrong(_ text: String, _ node: DocumentNode, _ path: String, _ faults: inout [IntentFault]) {
    faults.append(IntentFault("\(path): '\(shown(text))' is not \(words)", at: node.position, path: path))
  }

  private static func validateXML(
    _ node: DocumentNode, element: String?, path: String, _ faults: inout [IntentFault]
  ) {
    guard let text = node.text else {
      return faults.append(
        IntentFault("\(path) is \(node.kindName); wanted XML as text", at: node.position, path: path))
    }
    do throws(XMLFault) {
      let document = try DomainDocument(XMLText(text), limits: .intent)
      let root = document.root.name
      if let element, root != element {
        faults.append(
          IntentFault("\(path) is a <\(shown(root))>; wanted a <\(element)>", at: node.position, path: path))
      } else if element == nil, let why = noDevice(root) {
        faults.append(
          IntentFault(
            "\(path) is a <\(shown(root))>, which is no device of libvirt", at: node.position, path: path,
            remedy: why))
      }
      faults += Secrets.find(in: document.root, path: path, position: node.position)
    } catch {
      let place = error.line.map { " (line \($0) of the XML)" } ?? ""
      faults.append(IntentFault("\(path): \(error.message)\(place)", at: node.position, path: path))
    }
  }
}

/// Why an element can be no device. `nil` also for names that nobody knows: libvirt gets new kinds of devices, and
/// none is to be out of reach; but a slip of the pen is better found here than by libvirt half-way.
private func noDevice(_ root: String) -> String? {
  if Catalogue.elements.contains(root) { return nil }
  if ["domain", "devices", "emulator"].contains(root) { return "give one element of the kind that is in <devices>" }
  return nearest(to: shown(root), among: Catalogue.elements).map { "did you mean <\($0)>?" }
}

extension ScalarType {
  func validate(_ node: DocumentNode, path: String, _ faults: inout [IntentFault]) {
    guard let text = node.text else {
      return faults.append(
        IntentFault("\(path) is \(node.kindName); wanted \(words)", at: node.position, path: path))
    }
    if let wanted = refusal(text) {
      var remedy: String?
      if case .oneOf(let values) = self {
        remedy = nearest(to: shown(text), among: values).map { "did you mean '\($0)'?" }
      }
      faults.append(
        IntentFault("\(path): '\(shown(text))' is not \(wanted)", at: node.position, path: path, remedy: remedy))
    }
  }

  package var words: String {
    switch self {
    case .text, .paragraphs: "a text"
    case .serial: "a serial number"
    case .path: "an absolute path"
    case .mac: "a MAC address"
    case .number: "a number"
    case .oneOf(let values): "one of \(values.joined(separator: ", "))"
    case .flag: "true or false"
    case .word: "a word"
    case .name: "a name"
    case .diskTarget: "a disk's name as vda"
    case .signed: "a number"
    case .memory: "an amount of memory with its unit, as 512 MiB or 2 GiB"
    case .cpuSet: "a list of numbers as 0-3,7"
    case .element: "an XML element with a namespace of its own"
    }
  }
}

extension Grammar {
  func validate(_ node: DocumentNode, path: String, _ faults: inout [IntentFault]) {
    guard case .mapping(let entries) = node.content else {
      return faults.append(
        IntentFault(
          "\(path.isEmpty ? "the document" : path) is \(node.kindName); wanted a mapping (\(name))", at: node.position,
          path: path))
    }
    for entry in entries {
      let place = path.isEmpty ? shown(entry.key) : "\(path).\(shown(entry.key))"
      guard let key = key(entry.key) else {
        faults.append(unknown(entry, place, path))
        continue
      }
      if entry.value.isNull {
        if key.mayBeNull { continue }
        faults.append(
          IntentFault(
            "\(place) is null", at: entry.value.position, path: place,
            remedy: "leave the key out where you have no opinion"))
        continue
      }
      key.shape.validate(entry.value, path: place, &faults)
    }
    for key in keys where key.required && node[key.name] == nil {
      faults.append(
        IntentFault(
          "\(path.isEmpty ? "the document" : path) lacks '\(key.name)' (\(key.help))", at: node.position, path: path))
    }
    guard !oneOf.isEmpty else { return }
    let given = oneOf.filter { node[$0] != nil }
    if given.count != 1 {
      let found = given.isEmpty ? "none" : given.joined(separator: " and ")
      faults.append(
        IntentFault(
          "\(path) needs exactly one of \(oneOf.joined(separator: ", ")); it has \(found)", at: node.position,
          path: path))
    }
  }

  private func unknown(_ entry: DocumentNode.Entry, _ place: String, _ path: String) -> IntentFault {
    if Secrets.looksSecret(entry.key) { return Secrets.fault(place, entry.position) }
    let near = nearest(to: shown(entry.key), among: keys.map(\.name))
    let known = keys.map(\.name).joined(separator: ", ")
    return IntentFault(
      "unknown key '\(shown(entry.key))'\(path.isEmpty ? "" : " in \(path)")", at: entry.position, path: place,
      remedy: near.map { "did you mean '\($0)'?" } ?? "known keys: \(known)")
  }
}
