import Daemon

@main
struct Main {
  static func main() async { await DaemonProgram.process().main() }
}
