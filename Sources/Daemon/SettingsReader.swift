import Intent
import OperatorFiles
import Server
package import Vocabulary

/// Puts a configuration together: defaults, file, environment, flags; later wins.
package struct SettingsReader {
  private let environment: [String: String]
  private let isRoot: Bool
  private let groupExists: (String) -> Bool

  /// - Parameters:
  ///   - environment: of the process.
  ///   - isRoot: root has the system's places, and a file that is read without being named.
  ///   - groupExists: whether the host has a group of that name.
  package init(
    environment: [String: String], isRoot: Bool, groupExists: @escaping (String) -> Bool = Accounts.groupExists
  ) {
    self.environment = environment
    self.isRoot = isRoot
    self.groupExists = groupExists
  }

  /// The file that is read: as named, else by `VMCTLD_CONFIG`, else the system's if it is there.
  package func file(named option: String?) -> String? {
    if let option { return option }
    if let variable = environment["VMCTLD_CONFIG"], !variable.isEmpty { return variable }
    return OperatorFile.stamp(of: DaemonSettings.standardFile) == nil ? nil : DaemonSettings.standardFile
  }

  /// What holds: `file` is from `file(named:)`, `flags` are values by the setting's path, as they were written.
  /// - Throws: `usage` with every fault, those of the file by line and column.
  package func settings(file: String?, flags: [String: String] = [:]) throws(Problem) -> DaemonSettings {
    var settings = try DaemonSettings.defaults(
      environment: environment, isRoot: isRoot, groupExists: groupExists)
    if let file {
      settings = try SettingsReader.apply(OperatorFile(file).bytes, source: file, to: settings)
    }
    var problems = apply(environment: &settings)
    for (path, text) in flags.sorted(by: { $0.key < $1.key }) {
      guard let setting = Setting.all.first(where: { $0.path == path }) else { continue }
      if !setting.set(&settings, text) {
        problems.append(
          Problem("usage", "not a valid value for \(path)", path: path, wanted: setting.wanted, found: text))
      }
    }
    if let first = problems.first {
      throw problems.count == 1 ? first : Problem("usage", problems.map(\.line).joined(separator: "\n"))
    }
    return settings
  }

  private func apply(environment settings: inout DaemonSettings) -> [Problem] {
    var problems: [Problem] = []
    let known = Setting.all.map(\.variable) + ["VMCTLD_CONFIG"]
    for (name, text) in environment.sorted(by: { $0.key < $1.key }) where name.hasPrefix("VMCTLD_") {
      guard let setting = Setting.all.first(where: { $0.variable == name }) else {
        guard name != "VMCTLD_CONFIG" else { continue }
        let near = nearest(to: name, among: known)
        problems.append(
          Problem("usage", "unknown variable \(name)", remedy: near.map { "did you mean \($0)?" }))
        continue
      }
      if !setting.set(&settings, text) {
        problems.append(
          Problem("usage", "\(name) is not a valid value", path: setting.path, wanted: setting.wanted, found: text))
      }
    }
    return problems
  }

  /// What a file says, over what held before.
  package static func apply(
    _ bytes: [UInt8], source: String, to settings: DaemonSettings
  ) throws(Problem) -> DaemonSettings {
    var settings = settings
    let faults = MappingReader.Faults()
    let root = try PlacedReader.read(bytes, source: source)
    let groups = Setting.all.filter { $0.path.contains(".") }.map { String($0.path.prefix { $0 != "." }) }
    let single = Setting.all.filter { !$0.path.contains(".") }.map(\.path)
    let tables = ["policy", "certificates", "peers"]
    let names = (single + groups + tables).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    guard let reader = MappingReader(root, keys: names, faults) else { throw faults.combined ?? notRead(source) }
    for path in single { apply(path, key: path, reader, &settings) }
    for group in Set(groups) {
      let keys = Setting.all.filter { $0.path.hasPrefix(group + ".") }.map {
        String($0.path.dropFirst(group.count + 1))
      }
      guard let below = reader.mapping(group, keys: keys) else { continue }
      for key in keys { apply("\(group).\(key)", key: key, below, &settings) }
    }
    if let policy = reader.mapping("policy", keys: ["roots", "formats", "nodes", "hostDevices", "networkDisks"]) {
      settings.policy.roots =
        policy.values("roots", wanted: "a folder from the root, as /srv/images") { $0.hasPrefix("/") ? $0 : nil }
        ?? settings.policy.roots
      settings.policy.formats =
        policy.values("formats", wanted: "a format of images, as qcow2") { $0.isEmpty ? nil : $0 }.map(Set.init)
        ?? settings.policy.formats
      settings.policy.nodes =
        policy.values("nodes", wanted: "a device node, as /dev/urandom") { $0.hasPrefix("/dev/") ? $0 : nil }
        .map(Set.init) ?? settings.policy.nodes
      settings.policy.allowsHostDevices =
        policy.value("hostDevices", wanted: "true or false") { Bool($0) } ?? settings.policy.allowsHostDevices
      settings.policy.allowsNetworkDisks =
        policy.value("networkDisks", wanted: "true or false") { Bool($0) } ?? settings.policy.allowsNetworkDisks
    }
    if let items = reader.items("certificates") {
      settings.certificates = items.compactMap { AccessRows.certificate($0.node, $0.path, faults) }
    }
    if let items = reader.items("peers") {
      settings.peers = items.compactMap { AccessRows.peer($0.node, $0.path, faults) }
    }
    if let problem = faults.combined { throw problem }
    return settings
  }

  private static func apply(_ path: String, key: String, _ reader: MappingReader, _ settings: inout DaemonSettings) {
    guard let setting = Setting.all.first(where: { $0.path == path }) else { return }
    let changed: DaemonSettings? = reader.value(key, wanted: setting.wanted) { [settings] text in
      var changed = settings
      return setting.set(&changed, text) ? changed : nil
    }
    if let changed { settings = changed }
  }

  private static func notRead(_ source: String) -> Problem { Problem("usage", "\(source) cannot be read") }
}
