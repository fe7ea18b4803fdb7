// Documents in JSON are text, as a person would write the request: an array of numbers is four times their size.

private enum DocumentKey: String, CodingKey { case name, text, bytes }

extension IntentSource {
  package init(from decoder: any Decoder) throws {
    let (name, bytes) = try namedBytes(from: decoder)
    self.init(name: name, bytes: bytes)
  }

  package func encode(to encoder: any Encoder) throws {
    try encodeNamed(name, bytes, to: encoder)
  }
}

extension HostSource {
  private enum Key: String, CodingKey { case uri }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    if let uri = try container.decodeIfPresent(String.self, forKey: .uri) {
      self = .uri(uri)
    } else {
      let (name, bytes) = try namedBytes(from: decoder)
      self = .text(name: name, bytes: bytes)
    }
  }

  package func encode(to encoder: any Encoder) throws {
    switch self {
    case .text(let name, let bytes): try encodeNamed(name, bytes, to: encoder)
    case .uri(let uri):
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(uri, forKey: .uri)
    }
  }
}

private func namedBytes(from decoder: any Decoder) throws -> (name: String, bytes: [UInt8]) {
  let container = try decoder.container(keyedBy: DocumentKey.self)
  let name = try container.decode(String.self, forKey: .name)
  if let text = try container.decodeIfPresent(String.self, forKey: .text) { return (name, Array(text.utf8)) }
  return (name, try container.decode([UInt8].self, forKey: .bytes))
}

/// Bytes that are no text go as numbers: what they are is for their reader to say.
private func encodeNamed(_ name: String, _ bytes: [UInt8], to encoder: any Encoder) throws {
  var container = encoder.container(keyedBy: DocumentKey.self)
  try container.encode(name, forKey: .name)
  if let text = String(validating: bytes, as: UTF8.self) {
    try container.encode(text, forKey: .text)
  } else {
    try container.encode(bytes, forKey: .bytes)
  }
}
