/// What the guest says it sees, from its serial port (`Scripts/guest-image --help` states the form).
struct GuestReport: Equatable {
  struct Function: Equatable {
    /// `pci0000:00/0000:00:02.4/0000:05:00.0`
    let path: String
    let id: String

    /// `0000:05:00.0`
    var address: String { path.split(separator: "/").last.map(String.init) ?? "" }

    /// The chain of device.function, as vmctl writes guest paths.
    var guestPath: String {
      path.split(separator: "/").dropFirst().map { $0.split(separator: ":").last.map(String.init) ?? "" }
        .joined(separator: "/")
    }
  }

  let functions: [Function]
  /// Disks by serial number.
  let disks: [String: String]
  /// Cards by MAC.
  let cards: [String: String]
  /// Processors that are online: `0-2`.
  let cpus: String?
  /// Blocks of memory that are online: `0,1,32`.
  let memory: String?

  /// The last complete block; `nil` where there is none yet.
  init?(newestIn text: String) {
    var block: [Substring] = []
    var complete: [Substring]?
    for line in text.split(whereSeparator: \.isNewline) {
      if line.hasPrefix("PCI-BEGIN") {
        block = []
      } else if line.hasPrefix("PCI-END") {
        complete = block
      } else {
        block.append(line)
      }
    }
    guard let complete else { return nil }
    var functions: [Function] = []
    var disks: [String: String] = [:]
    var cards: [String: String] = [:]
    var cpus: String?
    var memory: String?
    for line in complete {
      let words = line.split(separator: " ").map(String.init)
      switch (words.first, words.count) {
      case ("PCI", 3...): functions.append(Function(path: words[1], id: words[2]))
      case ("BLK", 5...): disks[words[2]] = words[4]
      case ("NET", 4...): cards[words[2]] = words[3]
      case ("CPU", 2...): cpus = words[1]
      case ("MEM", 3...): memory = words[2]
      default: continue
      }
    }
    self.cpus = cpus
    self.memory = memory
    self.functions = functions
    self.disks = disks
    self.cards = cards
  }

  var guestPaths: Set<String> { Set(functions.map(\.guestPath)) }

  func function(at guestPath: String?) -> Function? { functions.first { $0.guestPath == guestPath } }
}
