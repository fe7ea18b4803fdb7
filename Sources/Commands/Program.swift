import ArgumentParser
import Control
import Foundation
import Intent
import Reconciling
import Vocabulary

/// vmctl from its arguments to its exit code.
package enum Program {
  /// Never returns. Neither does it run what libraries do at `exit`: OpenSSL's and p11-kit's destructors free what a
  /// libvirt thread that ends in the same moment still uses (one abort in some 700 runs of `plan`). What vmctl writes
  /// is written or flushed by then, and the kernel lets go of the rest, which is faster too.
  package static func main() async -> Never {
    let arguments = Array(CommandLine.arguments.dropFirst())
    if let first = arguments.first, !first.hasPrefix("-") { EmbeddedControl.beginEarly() }
    let code = await run(arguments, in: .process)
    fflush(nil)
    _exit(code)
  }

  package static func run(_ arguments: [String], in context: Context) async -> Int32 {
    let parsed: any ParsableCommand
    do {
      parsed = try alone(arguments) ?? Vmctl.parseAsRoot(arguments)
    } catch {
      return answer(error, Vmctl.self, arguments, in: context)
    }
    guard let command = parsed as? any Subcommand else {
      do {
        // Groups and ArgumentParser's own `help` answer by throwing what is to be said.
        var parsed = parsed
        try parsed.run()
        return 0
      } catch {
        return answer(error, type(of: parsed), arguments, in: context)
      }
    }
    let speaker = Speaker(context, isJSON: command.format == .json, noColor: command.common.noColor)
    do {
      return try await command.run(in: context).exitCode
    } catch let problem as Problem {
      return speaker.report([problem])
    } catch let faults as IntentFaults {
      return speaker.report(faults.faults.map(\.problem))
    } catch let interruption as Interruption {
      speaker.say(interruption.message)
      return interruption.exitCode
    } catch {
      return answer(error, type(of: command), arguments, in: context)
    }
  }

  /// The command that the first argument names, parsed without the root command around it: ArgumentParser makes up the
  /// root's arguments several times, and that is a tenth of the run time of a plan. Whatever is not a valid call of a
  /// command is `nil`: the root knows best what to say then.
  private static func alone(_ arguments: [String]) -> (any ParsableCommand)? {
    guard let name = arguments.first,
      let command = Vmctl.configuration.subcommands.first(where: { $0.configuration.commandName == name }),
      let parsed = try? command.parseAsRoot(Array(arguments.dropFirst())), parsed is any Subcommand
    else { return nil }
    return parsed
  }

  /// Help and version are data; everything else that ArgumentParser has to say is talk.
  private static func answer(
    _ error: any Error, _ command: any ParsableCommand.Type, _ arguments: [String], in context: Context
  ) -> Int32 {
    let code = command.exitCode(for: error)
    guard !code.isSuccess else { return help(command.fullMessage(for: error), in: context) }
    let speaker = Speaker(context, isJSON: asksForJSON(arguments), noColor: arguments.contains("--no-color"))
    guard code == .validationFailure else {
      return speaker.report([Problem("error", command.message(for: error))])
    }
    if let problem = unknownCommand(arguments) { return speaker.report([problem]) }
    _ = speaker.report([Problem("usage", command.message(for: error))])
    // What ArgumentParser says below its own message: the usage line and where help is.
    let rest = command.fullMessage(for: error).split(separator: "\n").drop { !$0.hasPrefix("Usage:") }
    // Of an error that a command's own check throws it knows the command's name, not its parent's.
    let name = command._commandName
    speaker.say(rest.joined(separator: "\n").replacing("See '\(name) --help'", with: "See 'vmctl \(name) --help'"))
    return Outcome.usage.exitCode
  }

  private static func help(_ text: String, in context: Context) -> Int32 {
    do {
      try context.output.write(text.isEmpty ? "" : text + "\n")
      return Outcome.asWanted.exitCode
    } catch {
      let problem = error as? Problem ?? Problem("output", "\(error)")
      return Speaker(context, isJSON: false, noColor: false).report([problem])
    }
  }

  /// ArgumentParser calls it an unexpected argument and knows no likely one.
  private static func unknownCommand(_ arguments: [String]) -> Problem? {
    var words = arguments[...]
    while let option = words.first, option.hasPrefix("-") {
      words = words.dropFirst(["-c", "--connect", "--store", "--socket"].contains(option) ? 2 : 1)
    }
    let commands = Vmctl.configuration.subcommands.compactMap { $0._commandName }
    guard let word = words.first, word != "help", !commands.contains(word) else { return nil }
    return Problem(
      "usage", "there is no command '\(word)'",
      remedy: nearest(to: word, among: commands).map { "vmctl \($0)" } ?? "`vmctl --help` lists the commands")
  }

  /// Arguments that could not be parsed may still say how the answer is to be read.
  private static func asksForJSON(_ arguments: [String]) -> Bool {
    arguments.contains("--output=json") || arguments.contains("-ojson")
      || zip(arguments, arguments.dropFirst()).contains { ["-o", "--output"].contains($0) && $1 == "json" }
  }
}
