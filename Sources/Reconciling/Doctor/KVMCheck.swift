package import Control
import Foundation
import Vocabulary

/// The trap of `/dev/kvm`: where it is there and QEMU's user cannot open it, libvirt finds what it knows of QEMU out of
/// date at every look-up and probes again; a define takes 30 to 170 s instead of 15 ms (reference/test-rig.md).
package struct KVMCheck {
  let path: String
  /// Who QEMU runs as.
  let accounts: HypervisorAccount?

  package init(path: String, accounts: HypervisorAccount?) {
    self.path = path
    self.accounts = accounts
  }

  package var findings: [Finding] {
    var status = stat()
    guard stat(path, &status) == 0 else {
      return [
        Finding(
          .note, "kvm", path, "there is no hardware virtualisation: guests of type 'kvm' do not start here",
          remedy: "load the kernel's kvm module, or create domains with `type: qemu`")
      ]
    }
    guard let account = accounts else {
      return [Finding(.note, "kvm", path, "it is there; who QEMU runs as cannot be told here")]
    }
    if account.canOpen(mode: status.st_mode, owner: status.st_uid, group: status.st_gid) {
      return [Finding(.ok, "kvm", path, "QEMU's user '\(account.name)' can open it")]
    }
    return [
      Finding(
        .problem, "kvm", path,
        "QEMU's user '\(account.name)' cannot open it, so libvirt probes QEMU anew at every look-up: a define takes "
          + "minutes",
        remedy: "chgrp kvm \(path) && chmod 0660 \(path), '\(account.name)' in group kvm, then restart libvirtd")
    ]
  }
}

/// The user that libvirt runs QEMU as.
package struct HypervisorAccount: Sendable {
  package let name: String
  package let user: UInt32
  package let groups: [UInt32]

  func canOpen(mode: mode_t, owner: uid_t, group: gid_t) -> Bool {
    if user == 0 { return true }
    let wanted: mode_t =
      owner == user ? 0o600 : groups.contains(group) ? 0o060 : 0o006
    return mode & wanted == wanted
  }

  /// Of `qemu.conf` where it may be read and says, else the distributions' usual one; `nil` where there is none.
  static var ofHost: HypervisorAccount? {
    let configured = (try? String(contentsOfFile: "/etc/libvirt/qemu.conf", encoding: .utf8)).flatMap(user(in:))
    for name in [configured, "libvirt-qemu", "qemu"].compactMap(\.self) {
      if let account = HypervisorAccount(name: name) { return account }
    }
    return nil
  }

  /// `user = "qemu"`, or `user = "+107"` for a number.
  package static func user(in configuration: String) -> String? {
    for line in configuration.split(separator: "\n") {
      let parts = line.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
      guard parts.count == 2, parts[0] == "user" else { continue }
      return parts[1].trimmingCharacters(in: CharacterSet(charactersIn: "\"+"))
    }
    return nil
  }

  package init(name: String, user: UInt32, groups: [UInt32]) {
    self.name = name
    self.user = user
    self.groups = groups
  }

  private init?(name: String) {
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var text = [CChar](repeating: 0, count: 16_384)
    guard getpwnam_r(name, &entry, &text, text.count, &found) == 0, found != nil else { return nil }
    var groups = [gid_t](repeating: 0, count: 256)
    var count = Int32(groups.count)
    guard getgrouplist(name, entry.pw_gid, &groups, &count) >= 0 else { return nil }
    self.init(name: name, user: entry.pw_uid, groups: Array(groups.prefix(Int(count))))
  }
}
