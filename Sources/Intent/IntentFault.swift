package import Vocabulary

/// A place in a document: lines and columns count from 1.
package struct Position: Sendable, Hashable {
  package let line: Int
  package let column: Int

  package init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}

/// Something in a document that is not as the grammar says.
package struct IntentFault: Error, Sendable, Hashable {
  /// The file's name, `stdin`, or what the API calls the body.
  package var source: String
  package let position: Position?
  /// `spec.devices[2].disk.target`
  package let path: String
  package let message: String
  package let remedy: String?
  package let code: Problem.Code

  package init(
    _ message: String, source: String = "", at position: Position?, path: String, remedy: String? = nil,
    code: Problem.Code = "invalid-document"
  ) {
    self.source = source
    self.position = position
    self.path = path
    self.message = message
    self.remedy = remedy
    self.code = code
  }

  /// `web.yaml:12:5`
  package var place: String {
    guard let position else { return source }
    return "\(source):\(position.line):\(position.column)"
  }

  package var problem: Problem {
    Problem(code, "\(place): \(message)", path: path.isEmpty ? nil : path, remedy: remedy)
  }
}

/// All faults of the documents of one call: a user corrects them in one go.
package struct IntentFaults: Error, Sendable {
  package let faults: [IntentFault]

  package init(_ faults: [IntentFault]) {
    self.faults = faults
  }
}
