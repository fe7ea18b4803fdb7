package import Vocabulary

/// What a document may name of the host when it comes from somebody who is not root there (design section 12,
/// faults.md section 3). Raw libvirt XML can name any file, program and device, so what is not known to stay inside
/// the guest is refused by name.
package struct DocumentPolicy: Sendable, Hashable {
  /// Folders whose files a guest may be given.
  package var roots: [String]
  /// Formats that an image may be stated to have.
  package var formats: Set<String>
  /// Device nodes that may be named.
  package var nodes: Set<String>
  /// Whether devices, sockets and folders of the host may be given to guests.
  package var allowsHostDevices: Bool
  /// Whether disks may be reached over the host's network.
  package var allowsNetworkDisks: Bool

  package init(
    roots: [String] = DocumentPolicy.defaultRoots, formats: Set<String> = ["raw", "qcow2"],
    nodes: Set<String> = ["/dev/urandom", "/dev/random", "/dev/hwrng", "/dev/null", "/dev/net/tun", "/dev/vhost-net"],
    allowsHostDevices: Bool = false, allowsNetworkDisks: Bool = false
  ) {
    self.roots = roots
    self.formats = formats
    self.nodes = nodes
    self.allowsHostDevices = allowsHostDevices
    self.allowsNetworkDisks = allowsNetworkDisks
  }

  package static let defaultRoots = ["/var/lib/libvirt/images", "/var/lib/vmctl/images"]

  /// Keys of the daemon's configuration, as refusals name them.
  enum Setting: String {
    case roots = "policy.roots"
    case formats = "policy.formats"
    case nodes = "policy.nodes"
    case hostDevices = "policy.hostDevices"
    case networkDisks = "policy.networkDisks"
  }

  /// Every offence of a document, in its order. Looks at no file.
  package func check(_ document: IntentDocument) -> [Problem] { judge(document).problems }

  /// Every offence of a document, and the files of the host that it names and may name: what is left to look at.
  package func judge(_ document: IntentDocument) -> (problems: [Problem], files: [NamedFile]) {
    var judgement = PolicyJudgement(policy: self, domain: document.name.text)
    judgement.take(document)
    return (judgement.problems, judgement.files)
  }

  /// Whether a path lies below one of the roots once `.`, `..` and double slashes are resolved, as far as its text
  /// goes.
  package func root(of path: String) -> String? {
    guard let path = DocumentPolicy.normalised(path) else { return nil }
    return roots.first { root in
      guard let root = DocumentPolicy.normalised(root) else { return false }
      return path.hasPrefix(root == "/" ? root : root + "/")
    }
  }

  /// `/a/./b//../c` → `/a/c`. `nil` for what is no absolute path, or leads above the root.
  package static func normalised(_ path: String) -> String? {
    guard path.hasPrefix("/"), !path.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) else { return nil }
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == ".." {
        if parts.popLast() == nil { return nil }
      } else {
        parts.append(part)
      }
    }
    return "/" + parts.joined(separator: "/")
  }
}

/// A file of the host that a document names.
package struct NamedFile: Sendable, Hashable {
  package enum Role: Sendable, Hashable {
    /// An image in the format that the document states, and the layers below it that the document names, from above.
    /// `nil` below: the document does not say what it stands on.
    case image(format: String, below: [Layer]?)
    /// A file that is read.
    case input
    /// A file that is written, and made where it is not there.
    case output
  }

  package struct Layer: Sendable, Hashable {
    package let path: String
    package let format: String

    package init(path: String, format: String) {
      self.path = path
      self.format = format
    }
  }

  package let path: String
  package let role: Role
  /// The allowed folder that it is below.
  package let root: String
  package let device: DeviceID?
  /// `spec.devices[2].xml: source/@file`
  package let place: String

  package init(path: String, role: Role, root: String, device: DeviceID?, place: String) {
    self.path = path
    self.role = role
    self.root = root
    self.device = device
    self.place = place
  }
}
