import Foundation

#if canImport(Glibc)
  import Glibc
#endif

/// Where rows go that are not what was written: one JSON object a line, beside the store, for whoever wants to know.
struct AsideFile: Sendable {
  let path: String

  init(_ location: StoreLocation) { path = location.asidePath }

  /// Adds rows, durable when it returns: they leave the store after that.
  func keep(_ damage: [Damage]) throws(StoreError) {
    let lines = damage.map { bad in
      let columns = Table.all.first { $0.name == bad.table }?.columns ?? []
      let fields = zip(columns + ["sum"], bad.row ?? []).map { name, value in
        "\(AsideFile.quoted(name)):\(AsideFile.form(value))"
      }
      return "{\"table\":\(AsideFile.quoted(bad.table)),\"row\":{\(fields.joined(separator: ","))}}\n"
    }
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw StoreError(errno: errno, path: path) }
    defer { _ = Glibc.close(descriptor) }
    let bytes = Array(lines.joined().utf8)
    guard write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
      throw StoreError(errno: errno, path: path)
    }
  }

  /// Bytes in hexadecimal: JSON has none.
  private static func form(_ value: Value) -> String {
    switch value {
    case .null: "null"
    case .integer(let number): String(number)
    case .text(let text): quoted(text)
    case .blob: quoted(value.shown)
    }
  }

  private static func quoted(_ text: String) -> String {
    var form = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": form += "\\" + String(scalar)
      case _ where scalar.value < 0x20:
        form += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
      default: form.unicodeScalars.append(scalar)
      }
    }
    return form + "\""
  }
}
