import Commands
import Control
import Foundation
import Synchronization
import Testing
import Vocabulary

/// vmctl run in process: what it printed where, and how it ended.
struct Ran {
  let status: Int32
  let output: String
  let talk: String
  let calls: [FakeControl.Call]
  let options: [ControlOptions]
}

/// What stands around vmctl in a test.
struct Surroundings {
  var answers = FakeControl.Answers()
  var environment: [String: String] = [:]
  var input = ""
  var outputIsTerminal = false
  var talkIsTerminal = false
  var columns = 80
  var signal: Int32?
  /// A daemon does the work.
  var hasDaemon = false
  /// What is said of the choice of the control.
  var remark: String?

  func run(_ arguments: String...) async -> Ran { await run(arguments) }

  func run(_ arguments: [String]) async -> Ran {
    let output = Sheet()
    let talk = Sheet()
    let control = FakeControl(answers)
    let options = Mutex<[ControlOptions]>([])
    let size = Terminal.Size(columns: columns, rows: 24)
    let bytes = Array(input.utf8)
    let signal = signal
    let chosen = hasDaemon ? ChosenControl(daemon: control) : ChosenControl(control, remark: remark)
    let context = Context(
      environment: environment,
      output: Terminal(isTerminal: outputIsTerminal, size: { size }, write: output.add),
      talk: Terminal(isTerminal: talkIsTerminal, size: { size }, write: talk.add),
      input: { _ in bytes },
      makeControl: { asked in
        options.withLock { $0.append(asked) }
        return chosen
      },
      now: { Samples.now },
      localTime: { "at \($0)" },
      interrupts: {
        AsyncStream { continuation in
          if let signal { continuation.yield(signal) }
        }
      })
    let status = await Program.run(arguments, in: context)
    return Ran(
      status: status, output: output.text, talk: talk.text, calls: control.calls, options: options.withLock { $0 })
  }
}

/// Collects what is written to a stream.
final class Sheet: Sendable {
  private let bytes = Mutex<[UInt8]>([])

  var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }

  @Sendable func add(_ more: [UInt8]) { bytes.withLock { $0 += more } }
}

/// A folder that goes with the value.
final class Folder {
  let path: String

  init(_ files: [String: String] = [:]) throws {
    path = NSTemporaryDirectory() + "vmctl-commands-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for (name, text) in files { try write(text, to: name) }
  }

  deinit {
    // A folder that stays is only litter in the temporary directory.
    try? FileManager.default.removeItem(atPath: path)
  }

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: URL(filePath: path + "/" + name))
  }

  func callAsFunction(_ name: String) -> String { path + "/" + name }
}

func decode<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
  try JSONDecoder().decode(type, from: Data(text.utf8))
}
