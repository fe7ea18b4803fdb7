import DomainXML
package import Vocabulary

/// The devices of a definition, one line each: element, alias and address. Sorted, for comparing.
package func deviceAddresses(in definition: XMLText) throws -> [String] {
  guard let list = try DomainDocument(definition).root.child("devices") else { return [] }
  return list.children.map { device in
    let address = device.child("address")?.attributes.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
    return [device.name, device.child("alias")?["name"] ?? "-", address ?? "-"].joined(separator: " ")
  }.sorted()
}
