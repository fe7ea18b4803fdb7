import Yams

/// Documents as YAML, by the same model as JSON.
enum YAMLText {
  static func text(_ value: some Encodable) throws -> String {
    let encoder = YAMLEncoder()
    encoder.options.sortKeys = true
    encoder.options.allowUnicode = true
    // Never folded: XML in a plan stays on the lines that libvirt gets.
    encoder.options.width = -1
    return try encoder.encode(value)
  }
}
