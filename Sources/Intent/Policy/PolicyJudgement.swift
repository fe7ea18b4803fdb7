import DomainXML
import Vocabulary

/// One look of a policy at one document: what offends it, and which files are left to look at.
struct PolicyJudgement {
  let policy: DocumentPolicy
  let domain: String
  private(set) var problems: [Problem] = []
  private(set) var files: [NamedFile] = []

  init(policy: DocumentPolicy, domain: String) {
    self.policy = policy
    self.domain = domain
  }

  // MARK: The document

  mutating func take(_ document: IntentDocument) {
    switch document.creation?.content {
    case .xml:
      refuse(
        "a whole libvirt document can name any program and file of the host", at: "spec.creation.xml",
        found: "creation.xml", wanted: "the keys of spec.creation", setting: nil)
    case .stated(let stated):
      if let kernel = stated.kernel { take(path: kernel, .input, at: "spec.creation.kernel", device: nil) }
      if let initrd = stated.initrd { take(path: initrd, .input, at: "spec.creation.initrd", device: nil) }
      if case .file(let log) = stated.serial {
        take(path: log, .output, at: "spec.creation.serial.file", device: nil)
      }
    case nil: break
    }
    for setting in document.settings where setting.setting.type == .element { takeMetadata(setting) }
    for device in document.devices ?? [] {
      guard let element = device.element else { continue }
      take(device, element)
    }
  }

  /// Other programs' elements have namespaces of their own, and only that of the outermost is kept; QEMU's are orders
  /// to QEMU.
  private mutating func takeMetadata(_ setting: WantedSetting) {
    guard let uri = setting.key, PolicyJudgement.isLibvirts(uri) else { return }
    refuse(
      "an element in the namespace \(spelled(uri)), which is orders to the hypervisor itself", at: setting.path,
      found: uri, wanted: "a namespace of another program's", setting: nil)
  }

  // MARK: A device

  private mutating func take(_ device: WantedDevice, _ element: Element) {
    var walk = DeviceWalk(device: device, element: element, policy: policy)
    walk.run()
    for offence in walk.offences {
      refuse(
        offence.message, at: offence.place, device: device.id, found: offence.found, wanted: offence.wanted,
        setting: offence.setting)
    }
    for named in walk.named { take(path: named.path, named.role, at: named.place, device: device.id) }
  }

  private mutating func take(path: String, _ role: NamedFile.Role, at place: String, device: DeviceID?) {
    guard let root = policy.root(of: path), let normal = DocumentPolicy.normalised(path) else {
      return refuse(
        "\(spelled(path)) is not in a folder that documents may name", at: place, device: device, found: path,
        wanted: "a file below " + policy.roots.joined(separator: " or "), setting: .roots)
    }
    files.append(NamedFile(path: normal, role: role, root: root, device: device, place: place))
    guard case .image(_, let below?) = role else { return }
    for layer in below where policy.root(of: layer.path) == nil {
      refuse(
        "its backing file \(spelled(layer.path)) is not in a folder that documents may name", at: place, device: device,
        found: layer.path, wanted: "a file below " + policy.roots.joined(separator: " or "), setting: .roots)
    }
  }

  // MARK: Refusing

  private mutating func refuse(
    _ message: String, at place: String, device: DeviceID? = nil, found: String?, wanted: String?,
    setting: DocumentPolicy.Setting?
  ) {
    problems.append(
      Problem(
        "policy", "\(place): \(message)", domain: domain, device: device?.text, path: place, wanted: wanted,
        found: found,
        remedy: "send it with the scope admin"
          + (setting.map { ", or let the daemon's configuration allow it (\($0.rawValue))" } ?? "")))
  }

  // MARK: Namespaces

  /// `http://libvirt.org/schemas/domain/qemu/1.0` and its neighbours, under whatever prefix and however spelled.
  static func isLibvirts(_ uri: String) -> Bool { uri.lowercased().contains("libvirt.org/schemas") }
}
