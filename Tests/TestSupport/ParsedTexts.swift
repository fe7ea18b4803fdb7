import DomainXML
import Synchronization
import Vocabulary

/// Documents by their texts: fakes read the same few texts again and again, and reading them is most of their work.
enum ParsedTexts {
  /// Some megabytes, and far more than what one domain has at a time.
  private static let most = 2000
  private static let known = Mutex<[XMLText: DomainDocument]>([:])

  static func document(_ text: XMLText) throws(XMLFault) -> DomainDocument {
    if let found = known.withLock({ $0[text] }) { return found }
    let document = try DomainDocument(text)
    known.withLock { known in
      if known.count >= most { known = [:] }
      known[text] = document
    }
    return document
  }
}
