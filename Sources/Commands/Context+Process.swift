import Control
import Dispatch
import Foundation
import Reconciling
import VMControlClient
import Vocabulary

extension Context {
  /// The surroundings of the process: the only place where commands meet libvirt, the store and a daemon.
  static let process = surroundings(ProcessInfo.processInfo.environment)

  private static func surroundings(_ environment: [String: String]) -> Context {
    Context(
      environment: environment,
      output: .descriptor(STDOUT_FILENO), talk: .descriptor(STDERR_FILENO),
      input: { limit in try FileBytes.read(STDIN_FILENO, named: "stdin", limit: limit) },
      makeControl: { options in
        switch try ControlChoice.choose(options, environment: environment, user: geteuid()) {
        case .daemon(let socket): return ChosenControl(daemon: RemoteControl(socket: socket))
        case .embedded(let remark):
          let control = try EmbeddedControl(
            uri: options.uri, storePath: options.storePath, environment: environment,
            isRoot: geteuid() == 0, command: options.command)
          return ChosenControl(control, remark: remark)
        }
      },
      now: {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
      },
      localTime: localTime,
      interrupts: interrupts)
  }

  /// `strftime`: Foundation's formatters load a calendar and cost more than the whole command.
  private static func localTime(_ milliseconds: Int64) -> String {
    var seconds = time_t(milliseconds / 1000)
    var parts = tm()
    guard localtime_r(&seconds, &parts) != nil else { return String(milliseconds) }
    let text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
      let length = strftime(buffer.baseAddress, buffer.count, "%Y-%m-%d %H:%M:%S", &parts)
      return String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
    return text
  }

  private static func interrupts() -> AsyncStream<Int32> {
    let (stream, continuation) = AsyncStream.makeStream(of: Int32.self)
    let sources = [SIGINT, SIGTERM, SIGHUP].map { number in
      // A dispatch source only sees a signal that does not end the process first.
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { continuation.yield(number) }
      source.resume()
      return SignalSource(source)
    }
    continuation.onTermination = { _ in sources.forEach { $0.source.cancel() } }
    return stream
  }

  /// Dispatch sources may be used from every thread; only their protocol does not say so.
  private struct SignalSource: @unchecked Sendable {
    let source: any DispatchSourceSignal

    init(_ source: any DispatchSourceSignal) { self.source = source }
  }
}

extension Terminal {
  /// An open file of the process.
  fileprivate static func descriptor(_ number: Int32) -> Terminal {
    Terminal(
      isTerminal: isatty(number) == 1,
      size: {
        var size = winsize()
        guard ioctl(number, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return .usual }
        return Size(columns: Int(size.ws_col), rows: Int(size.ws_row))
      },
      write: { bytes in try FileBytes.write(bytes, to: number) })
  }
}
