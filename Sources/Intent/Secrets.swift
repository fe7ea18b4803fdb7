import DomainXML
import Vocabulary

/// I8: nothing secret is stored, so a document that contains a secret is refused as a whole.
enum Secrets {
  static func looksSecret(_ key: String) -> Bool {
    let key = key.lowercased()
    return ["passw", "passwd", "secret", "token", "private-key", "privatekey"].contains { key.contains($0) }
  }

  static func fault(_ path: String, _ position: Position) -> IntentFault {
    IntentFault(
      "\(path) is a secret, and a document that is kept must not contain one", at: position, path: path,
      remedy: "leave it out; set passwords with virsh (a password operation of vmctl's own follows), and refer to "
        + "libvirt secrets by UUID", code: "secret-in-document")
  }

  /// libvirt's elements that hold a secret as text: graphics passwords and cookies of network disks. References to
  /// libvirt's secret objects (`<secret type= uuid=>`) are none.
  static func find(in element: Element, path: String, position: Position) -> [IntentFault] {
    var faults: [IntentFault] = []
    for attribute in element.attributes where looksSecret(attribute.name) && attribute.name != "secretUUID" {
      if ["passwdValidTo"].contains(attribute.name) { continue }
      faults.append(fault("\(path): \(element.name)/@\(attribute.name)", position))
    }
    if element.named("cookie") { faults.append(fault("\(path): \(element.name)", position)) }
    for child in element.children { faults += find(in: child, path: path, position: position) }
    return faults
  }
}
