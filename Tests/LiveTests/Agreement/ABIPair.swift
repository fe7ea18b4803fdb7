import DomainXML
import TestSupport

/// Two documents of one domain, and what was done to come from one to the other.
struct ABIPair: Sendable {
  let seed: UInt64
  let number: Int
  /// Not yet as libvirt prints them.
  let source: String
  let target: String
  let changes: [String]

  /// The same for the same seed and number, in whatever order pairs are made. The first ones take each field of the
  /// tables in its turn.
  init(seed: UInt64, number: Int, samples: [String], words: Mutation.Words) throws {
    self.seed = seed
    self.number = number
    var numbers = SeededNumbers(seed: seed &* 1_000_003 &+ UInt64(number))
    if number < FieldChange.all.count {
      let (kind, change) = FieldChange.all[number]
      for sample in samples.shuffled(using: &numbers) {
        let domain = try MutableElement(parsing: sample)
        guard let holder = domain.holders(of: kind).randomElement(using: &numbers),
          let what = change.apply(to: holder, &numbers)
        else { continue }
        source = sample
        target = domain.xml
        changes = [kind.map { "\($0) \(what)" } ?? what]
        return
      }
    }
    let sample = samples[Int.random(in: samples.indices, using: &numbers)]
    let source = try MutableElement(parsing: sample)
    let target = try MutableElement(parsing: sample)
    var changes: [String] = []
    // Nearly every change is one that libvirt minds: without pairs that it may let pass, that would be all there is.
    let isQuiet = numbers.once(in: 3)
    // A change may be the source's as well: what only one side has is not compared the same both ways.
    let isSource = numbers.once(in: 4)
    let count = numbers.once(in: 3) || isQuiet ? Int.random(in: 2...4, using: &numbers) : 1
    for _ in 0..<count {
      let goesToSource = isSource && Bool.random(using: &numbers)
      let change = Mutation.change(goesToSource ? source : target, &numbers, words, onlyUnchecked: isQuiet)
      changes.append(goesToSource ? "source: " + change : change)
    }
    self.changes = changes
    self.source = source.xml
    self.target = target.xml
  }

  /// What stands in the samples.
  static func words(in samples: [String]) throws -> Mutation.Words {
    var words: Mutation.Words = [:]
    for sample in samples {
      for element in try MutableElement(parsing: sample).all {
        for attribute in element.attributes {
          words["\(element.name)/@\(attribute.name)", default: []].insert(attribute.value)
        }
      }
    }
    return words
  }

  var name: String { "VMCTL_ABI_SEED=\(seed), pair \(number) (\(changes.joined(separator: "; ")))" }
}

extension MutableElement {
  /// The devices of a kind, or of a kind and type (`controller usb`); the domain itself for no kind.
  fileprivate func holders(of kind: String?) -> [MutableElement] {
    guard let kind else { return [self] }
    return child("devices")?.children.filter { [$0.name, "\($0.name) \($0["type"] ?? "")"].contains(kind) } ?? []
  }
}
