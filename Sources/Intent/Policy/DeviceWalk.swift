import DomainXML
import Vocabulary

/// A walk over everything that a device's element says, held against what the catalogue knows of its kind. What looks
/// like a way into the host and is not known to be none is an offence too.
struct DeviceWalk {
  struct Offence {
    let message: String
    let place: String
    let found: String?
    let wanted: String?
    let setting: DocumentPolicy.Setting?
  }

  struct Named {
    let path: String
    let role: NamedFile.Role
    let place: String
  }

  let device: WantedDevice
  let element: Element
  let policy: DocumentPolicy
  private(set) var offences: [Offence] = []
  private(set) var named: [Named] = []

  /// Elements of which libvirt reads one: which of two it takes is not for a check to guess.
  private static let single: Set<String> = [
    "source", "backend", "driver", "target", "model", "protocol", "format", "backingStore", "log", "rom", "server",
    "mirror", "script", "downscript", "binary", "gl", "acceleration",
  ]

  init(device: WantedDevice, element: Element, policy: DocumentPolicy) {
    self.device = device
    self.element = element
    self.policy = policy
  }

  private var kind: DeviceKind { device.kind }

  mutating func run() {
    guard Catalogue.elements.contains(element.name) else {
      let why = kind.pieces.first?.why ?? "vmctl does not know it"
      // Neither is anything inside it known.
      return offend("<\(element.name)> is refused: \(why)", at: "", found: "<\(element.name)>", wanted: nil, nil)
    }
    walk(element, at: "")
    pieces(element)
    if kind.history != nil { image() }
  }

  private func place(_ path: String) -> String { path.isEmpty ? device.path : "\(device.path): \(path)" }

  private mutating func offend(
    _ message: String, at path: String, found: String?, wanted: String?, _ setting: DocumentPolicy.Setting?
  ) {
    offences.append(Offence(message: message, place: place(path), found: found, wanted: wanted, setting: setting))
  }

  // MARK: Every word

  private mutating func walk(_ element: Element, at path: String) {
    if element.name.contains(":") || element.namespaceURI != nil {
      let uri = element.namespaceURI ?? ""
      return offend(
        "<\(element.name)> is in the namespace \(spelled(uri))"
          + (PolicyJudgement.isLibvirts(uri) ? ", which is orders to the hypervisor itself" : ""),
        at: path, found: uri, wanted: "elements without a namespace", nil)
    }
    if element.name == "seclabel" {
      offend(
        "<seclabel> changes who the file belongs to and who may open it", at: path, found: "<seclabel>", wanted: nil,
        nil)
    }
    for (name, value) in element.attributes {
      let field = path.isEmpty ? "@" + name : path + "/@" + name
      if name.contains(":") || name == "xmlns" {
        offend(
          "the attribute \(spelled(name)) is in or declares a namespace (\(spelled(value)))", at: field, found: value,
          wanted: "attributes without a namespace", nil)
      } else {
        look(value, at: field)
      }
    }
    let text = element.trimmedText
    if !text.isEmpty { look(text, at: path) }
    var seen: Set<String> = []
    for child in element.children {
      if DeviceWalk.single.contains(child.name), !seen.insert(child.name).inserted {
        offend(
          "<\(child.name)> is there twice, and which of the two libvirt takes is not certain", at: path,
          found: "<\(child.name)>", wanted: "one", nil)
      }
      walk(child, at: path.isEmpty ? child.name : path + "/" + child.name)
    }
  }

  /// What a word names, by the catalogue; a layer below an image says the same at a deeper place.
  private mutating func look(_ value: String, at path: String) {
    let (layer, field) = outermost(path)
    let rules = kind.reach.filter { $0.path.text == field && $0.when?.holds(for: layer, libvirt: nil) ?? true }
    guard let rule = rules.first else {
      if DeviceWalk.looksLikePath(value) {
        offend(
          "\(spelled(value)) looks like a path of the host, at a place where vmctl knows of none", at: path,
          found: value,
          wanted: nil, .hostDevices)
      }
      return
    }
    switch rule.object {
    case .harmless: return
    // Looked at with its format and what is below it.
    case .image: return
    case .file: named.append(Named(path: value, role: .input, place: place(path)))
    case .output: named.append(Named(path: value, role: .output, place: place(path)))
    case .program:
      offend("\(spelled(value)) is a program that the host would run", at: path, found: value, wanted: nil, nil)
    case .node:
      let normal = DocumentPolicy.normalised(value) ?? value
      guard !policy.nodes.contains(normal), !policy.allowsHostDevices else { return }
      offend(
        "\(spelled(value)) is not a device node that documents may name", at: path, found: value,
        wanted: policy.nodes.sorted().joined(separator: ", "), .nodes)
    case .device:
      guard !policy.allowsHostDevices, DeviceWalk.looksLikePath(value) else { return }
      offend(
        "\(spelled(value)) is a device, folder or socket of the host", at: path, found: value, wanted: nil, .hostDevices
      )
    }
  }

  /// The layer that a path is in, and the path inside that.
  private func outermost(_ path: String) -> (Element, String) {
    guard let history = kind.history else { return (element, path) }
    var (layer, rest) = (element, path)
    while rest.hasPrefix(history.layer.text + "/"), let below = layer.element(at: history.layer) {
      layer = below
      rest = String(rest.dropFirst(history.layer.text.count + 1))
    }
    return (layer, rest)
  }

  private static func looksLikePath(_ value: String) -> Bool {
    let value = value.lowercased()
    return value.hasPrefix("/") || value.hasPrefix("./") || value.hasPrefix("../") || value.contains("/../")
      || ["file:", "json:", "unix:", "fd:", "nbd:", "host_device:"].contains(where: value.hasPrefix)
      || value.contains("://")
  }

  // MARK: The device as a whole

  private mutating func pieces(_ layer: Element) {
    for piece in kind.pieces where piece.holds(for: layer) {
      let type = layer["type"].map { " of the type \(spelled($0))" } ?? ""
      switch piece.what {
      case .device where !policy.allowsHostDevices:
        offend(
          "the \(kind.name)\(type) is refused: \(piece.why)", at: "", found: layer["type"], wanted: nil, .hostDevices)
      case .network where !policy.allowsNetworkDisks:
        offend(
          "the \(kind.name)\(type) is refused: \(piece.why)", at: "", found: layer["type"], wanted: nil, .networkDisks)
      case .device, .network: continue
      }
    }
  }

  // MARK: Images

  /// The image and what the document says is below it.
  private mutating func image() {
    guard let history = kind.history else { return }
    var layers: [(file: NamedFile.Layer, path: String)] = []
    var (layer, path): (Element?, String) = (element, "")
    var isEnded = false
    while let current = layer {
      let isTop = path.isEmpty
      let fileField = kind.reach.first { $0.object == .image }?.path ?? "source/@file"
      let field = isTop ? fileField.text : path + "/" + fileField.text
      if !isTop {
        // An empty one says that nothing is below.
        if !current.hasChildren, current["type"] == nil {
          isEnded = true
          break
        }
        pieces(current)
      }
      guard let file = current.value(at: fileField), current["type"].map({ $0 == "file" }) ?? true else { break }
      let format = current.value(at: isTop ? "driver/@type" : "format/@type")
      checkFormat(format, at: isTop ? "driver/@type" : path + "/format/@type")
      layers.append((NamedFile.Layer(path: file, format: format ?? ""), field))
      path = isTop ? history.layer.text : path + "/" + history.layer.text
      layer = current.element(at: history.layer)
      if layers.count > 64 {
        return offend("more than 64 layers below one another", at: path, found: nil, wanted: nil, nil)
      }
    }
    guard let top = layers.first else { return }
    let below = layers.dropFirst().map(\.file)
    let isSaid = isEnded || !below.isEmpty
    named.append(
      Named(
        path: top.file.path, role: .image(format: top.file.format, below: isSaid ? below : nil), place: place(top.path))
    )
  }

  private mutating func checkFormat(_ format: String?, at path: String) {
    guard let format, policy.formats.contains(format) else {
      return offend(
        format.map { "images of the format \(spelled($0)) are not allowed" }
          ?? "the image's format is not stated, and must not be guessed from what a guest wrote into it", at: path,
        found: format ?? "nothing", wanted: policy.formats.sorted().joined(separator: " or "),
        format == nil ? nil : .formats)
    }
  }
}
