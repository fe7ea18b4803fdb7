extension String {
  /// The text with each of `words` put in place of its name. In one pass: a folder with a random name may contain
  /// any of the names itself, and stays as it is. Of two names at one place the longer counts.
  package func filled(_ words: KeyValuePairs<String, String>) -> String {
    let words = words.sorted { $0.key.count > $1.key.count }
    var result = ""
    var rest = self[...]
    while let first = rest.first {
      if let word = words.first(where: { rest.hasPrefix($0.key) }) {
        result += word.value
        rest = rest.dropFirst(word.key.count)
      } else {
        result.append(first)
        rest = rest.dropFirst()
      }
    }
    return result
  }
}
