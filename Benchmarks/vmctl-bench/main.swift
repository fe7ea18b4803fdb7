import Foundation
import Store

// One row of design section 13 each; Scripts/bench knows what to compare, and what with.
let usage = """
  usage: vmctl-bench plan | plan-60 | abi | abi-60
         vmctl-bench pairs N FLOOR... -- SUBJECT...
         vmctl-bench xmls URI
         vmctl-bench fleet URI STORE DOMAINS TURNS
         vmctl-bench attach URI STORE IMAGES TURNS
         vmctl-bench store FOLDER TASKS SECONDS
  """
let arguments = Array(CommandLine.arguments.dropFirst())
func number(_ place: Int) throws -> Int {
  guard place < arguments.count, let number = Int(arguments[place]), number > 0 else { throw BenchmarkFault(usage) }
  return number
}
do {
  switch (arguments.first, arguments.count) {
  case ("plan", 1): try PlanBenchmark.run(BenchmarkDomain(BenchmarkDomain.usual))
  case ("plan-60", 1): try PlanBenchmark.run(BenchmarkDomain.dense())
  case ("abi", 1): try ABIBenchmark.run(BenchmarkDomain(BenchmarkDomain.usual))
  case ("abi-60", 1): try ABIBenchmark.run(BenchmarkDomain.dense())
  case ("pairs", 4...):
    guard let divide = arguments.firstIndex(of: "--"), divide > 2, divide < arguments.count - 1 else {
      throw BenchmarkFault(usage)
    }
    try ProcessPairs.run(try number(1), Array(arguments[2..<divide]), Array(arguments[(divide + 1)...]))
  case ("xmls", 2): try XMLBenchmark.run(arguments[1])
  case ("fleet", 5):
    let fleet = FleetBenchmark(uri: arguments[1], location: StoreLocation(path: arguments[2]), count: try number(3))
    try await fleet.run(turns: try number(4))
  case ("attach", 5):
    let attach = AttachBenchmark(
      uri: arguments[1], location: StoreLocation(path: arguments[2]), images: arguments[3])
    try await attach.run(turns: try number(4))
  case ("store", 4):
    try await StoreBenchmark(folder: arguments[1], tasks: try number(2), seconds: try number(3)).run()
  default: throw BenchmarkFault(usage)
  }
} catch {
  FileHandle.standardError.write(Data("vmctl-bench: \(error)\n".utf8))
  exit(1)
}
