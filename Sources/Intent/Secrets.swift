import DomainXML
import Vocabulary

/// I8: nothing secret is stored, so a document that contains a secret is refused as a whole.
enum Secrets {
  static func looksSecret(_ key: String) -> Bool {
    let key = key.utf8.map { $0 | 0x20 }
    return words.contains { word in
      key.count >= word.count && (0...key.count - word.count).contains { key[$0...].starts(with: word) }
    }
  }

  /// In bytes: every name of every document is looked at, and `String.contains` takes microseconds for each.
  private static let words = ["passw", "secret", "token", "private-key", "privatekey", "credential"].map {
    Array($0.utf8)
  }

  static func fault(_ path: String, _ position: Position) -> IntentFault {
    IntentFault(
      "\(path) is a secret, and a document that is kept must not contain one", at: position, path: path,
      remedy: "leave it out; `vmctl password` sets the password of a screen, and libvirt's secrets are referred to by "
        + "UUID", code: "secret-in-document")
  }

  /// What libvirt's XML can hold of secrets as text: graphics passwords, cookies of network disks, passwords in URLs
  /// and in arguments that go to QEMU unread. References to libvirt's secret objects (`<secret type= uuid=>`) and the
  /// time that a password lasts are none.
  static func find(in element: Element, path: String, position: Position) -> [IntentFault] {
    var faults: [IntentFault] = []
    for (name, value) in element.attributes where isSecret(name, value, of: element) {
      faults.append(fault("\(path): \(element.name)/@\(name)", position))
    }
    let name = element.localName
    if name == "cookie" || looksSecret(name) && !element.trimmedText.isEmpty {
      faults.append(fault("\(path): \(element.name)", position))
    }
    for child in element.children { faults += find(in: child, path: path, position: position) }
    return faults
  }

  private static func isSecret(_ name: String, _ value: String, of element: Element) -> Bool {
    switch (element.localName, name) {
    case (_, "passwdValidTo"), (_, "secretUUID"): false
    case ("env", "name"): looksSecret(value)
    case ("arg", "value"): value.contains("password=") && !value.contains("password=off")
    default: looksSecret(name) || hasPasswordInURL(value)
    }
  }

  /// `https://user:word@host/`
  private static func hasPasswordInURL(_ value: String) -> Bool {
    guard value.utf8.contains(UInt8(ascii: "@")), let scheme = value.utf8.firstIndex(of: UInt8(ascii: ":")),
      value[scheme...].hasPrefix("://")
    else { return false }
    let authority = value[scheme...].dropFirst(3).prefix { $0 != "/" }
    guard let at = authority.lastIndex(of: "@") else { return false }
    return authority[..<at].contains(":")
  }
}
