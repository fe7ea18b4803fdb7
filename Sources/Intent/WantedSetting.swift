package import DomainXML
import Vocabulary

/// A setting as a document wants it.
package struct WantedSetting: Sendable {
  package let setting: Setting
  /// Which of several entries: a virtual CPU's number, a namespace.
  package let key: String?
  /// As libvirt spells it.
  package let value: String
  /// `spec.cputune.shares`, for messages.
  package let path: String

  package init(_ setting: Setting, key: String? = nil, value: String, path: String? = nil) {
    self.setting = setting
    self.key = key
    self.value = setting.type.normalised(value)
    self.path = path ?? "spec.\(setting.name)" + (key.map { ".\($0)" } ?? "")
  }

  /// The settings of a `spec` that the grammar has accepted.
  static func read(_ spec: DocumentNode, _ faults: inout [IntentFault]) -> [WantedSetting] {
    var found: [WantedSetting] = []
    for setting in Catalogue.settings {
      var node: DocumentNode? = spec
      for name in setting.name.split(separator: ".") { node = node?[String(name)] }
      guard let node else { continue }
      if node.isNull {
        if let fallback = setting.fallback { found.append(WantedSetting(setting, value: fallback)) }
      } else if setting.hasEntries {
        found += node.entries.map { WantedSetting(setting, key: $0.key, value: $0.value.text ?? "") }
      } else if let items = node.items {
        found += elements(items, setting, &faults)
      } else if let text = node.text {
        found.append(WantedSetting(setting, value: text))
      }
    }
    return found
  }

  private static func elements(
    _ items: [DocumentNode], _ setting: Setting, _ faults: inout [IntentFault]
  ) -> [WantedSetting] {
    var seen: Set<String> = []
    return items.enumerated().compactMap { index, item in
      let path = "spec.\(setting.name)[\(index)]"
      guard let text = item.text, let document = try? DomainDocument(XMLText(text), limits: .intent),
        let uri = document.root.namespaceURI
      else { return nil }
      faults += Secrets.find(in: document.root, path: path, position: item.position)
      if uri == ManagedState.namespace {
        faults.append(
          IntentFault(
            "\(path) is in vmctl's own namespace", at: item.position, path: path,
            remedy: "leave it out: vmctl keeps it by itself"))
      } else if !seen.insert(uri).inserted {
        faults.append(
          IntentFault(
            "\(path): two elements of the namespace \(shown(uri)), and libvirt keeps one", at: item.position,
            path: path, remedy: "put both into one element"))
      }
      return WantedSetting(setting, key: uri, value: text, path: path)
    }
  }
}
