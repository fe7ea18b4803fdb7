package import Vocabulary

/// Takes the keys of one mapping, and takes down everything that is wrong with them: an operator corrects a file in
/// one go.
package struct MappingReader {
  /// What is wrong with a file so far.
  package final class Faults {
    package private(set) var problems: [Problem] = []

    package init() {}

    package func add(
      _ place: PlacedNode.Place, _ message: String, path: String, wanted: String? = nil, found: String? = nil,
      remedy: String? = nil
    ) {
      problems.append(
        Problem(
          "usage", "\(place): \(message)", path: path.isEmpty ? nil : path, wanted: wanted, found: found,
          remedy: remedy))
    }
  }

  package let path: String
  package let place: PlacedNode.Place
  private let values: [String: PlacedNode]
  private let faults: Faults

  /// `nil` where the node is no mapping; a null node is an empty one. Keys that are not known are faults, each with the
  /// nearest known one.
  package init?(_ node: PlacedNode, path: String = "", keys: [String], _ faults: Faults) {
    self.path = path
    self.faults = faults
    place = node.place
    var values: [String: PlacedNode] = [:]
    switch node.content {
    case .null: break
    case .mapping(let entries):
      for entry in entries {
        guard keys.contains(entry.key) else {
          let near = nearest(to: entry.key, among: keys)
          faults.add(
            entry.place, "unknown key '\(entry.key)'", path: MappingReader.join(path, entry.key),
            remedy: near.map { "did you mean '\($0)'?" } ?? "known keys: \(keys.joined(separator: ", "))")
          continue
        }
        values[entry.key] = entry.value
      }
    case .scalar, .sequence:
      faults.add(node.place, "keys and values are wanted here", path: path, wanted: keys.joined(separator: ", "))
      return nil
    }
    self.values = values
  }

  package func has(_ key: String) -> Bool { values[key].map { !$0.isNull } ?? false }

  /// Whether the key is written, with a value or without one.
  package func mentions(_ key: String) -> Bool { values[key] != nil }

  /// Where the key's value stands, else where the mapping does.
  package func place(of key: String) -> PlacedNode.Place { values[key]?.place ?? place }

  /// A single value in the form that `parse` knows; `nil` where the key is not there, is null, or is wrong.
  /// `isShown` is false where what stands there may be a secret in the wrong place.
  package func value<Value>(
    _ key: String, wanted: String, isShown: Bool = true, _ parse: (String) -> Value?
  ) -> Value? {
    guard let node = values[key], !node.isNull else { return nil }
    return MappingReader.value(
      node, path: MappingReader.join(path, key), wanted: wanted, isShown: isShown, faults, parse)
  }

  package func text(_ key: String) -> String? { value(key, wanted: "a text") { $0.isEmpty ? nil : $0 } }

  /// Each item in the form that `parse` knows, or `nil` where the key is not there.
  package func values<Value>(_ key: String, wanted: String, _ parse: (String) -> Value?) -> [Value]? {
    items(key)?.compactMap { node, path in
      MappingReader.value(node, path: path, wanted: wanted, isShown: true, faults, parse)
    }
  }

  /// The items of a list and their paths.
  package func items(_ key: String) -> [(node: PlacedNode, path: String)]? {
    guard let node = values[key], !node.isNull else { return nil }
    guard case .sequence(let items) = node.content else {
      faults.add(node.place, "a list is wanted here", path: MappingReader.join(path, key))
      return nil
    }
    return items.enumerated().map { ($0.element, "\(MappingReader.join(path, key))[\($0.offset)]") }
  }

  /// A mapping below this one; `nil` where the key is not there or is no mapping.
  package func mapping(_ key: String, keys: [String]) -> MappingReader? {
    guard let node = values[key], !node.isNull else { return nil }
    return MappingReader(node, path: MappingReader.join(path, key), keys: keys, faults)
  }

  /// Free keys with text values; `nil` where the key is not there.
  package func texts(_ key: String) -> [String: String]? {
    guard let node = values[key], !node.isNull else { return nil }
    guard case .mapping(let entries) = node.content else {
      faults.add(node.place, "keys and values are wanted here", path: MappingReader.join(path, key))
      return nil
    }
    var texts: [String: String] = [:]
    for entry in entries {
      guard let text = entry.value.scalar else {
        faults.add(entry.value.place, "a text is wanted here", path: "\(MappingReader.join(path, key)).\(entry.key)")
        continue
      }
      texts[entry.key] = text
    }
    return texts
  }

  private static func value<Value>(
    _ node: PlacedNode, path: String, wanted: String, isShown: Bool, _ faults: Faults, _ parse: (String) -> Value?
  ) -> Value? {
    guard let text = node.scalar else {
      faults.add(node.place, "a single value is wanted here", path: path, wanted: wanted)
      return nil
    }
    guard let value = parse(text) else {
      faults.add(node.place, "not a valid value", path: path, wanted: wanted, found: isShown ? text : nil)
      return nil
    }
    return value
  }

  package static func join(_ path: String, _ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
}
