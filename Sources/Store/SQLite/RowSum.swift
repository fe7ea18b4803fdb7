import Digests
import Vocabulary

/// The sum of a row: SHA-256 over the table's name and the columns, each with its type and length, so that no two
/// rows share a form. SQLite's own checks do not notice a changed payload (`reference/faults.md` F14, measured).
func rowSum(_ table: Table, _ values: some Sequence<Value>) -> Digest {
  var form: ContiguousArray<UInt8> = []
  form.reserveCapacity(512)
  form.append(contentsOf: table.name.utf8)
  for value in values {
    switch value {
    case .null: form.append(0)
    case .integer(let number):
      form.append(1)
      form.append(word: UInt64(bitPattern: number))
    case .text(let text):
      form.append(3)
      form.append(word: UInt64(text.utf8.count))
      form.append(contentsOf: text.utf8)
    case .blob(let bytes):
      form.append(4)
      form.append(word: UInt64(bytes.count))
      form.append(contentsOf: bytes)
    }
  }
  return Digest(of: form)
}

extension ContiguousArray<UInt8> {
  /// Appends a word, highest byte first.
  mutating func append(word: UInt64) {
    Swift.withUnsafeBytes(of: word.bigEndian) { append(contentsOf: $0) }
  }
}
