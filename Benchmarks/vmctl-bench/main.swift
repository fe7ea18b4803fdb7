import Foundation

// `vmctl-bench plan`, `plan-60`, `abi`, `abi-60` and `pairs N FLOOR... -- SUBJECT...`; Scripts/bench knows what to
// compare.
let arguments = Array(CommandLine.arguments.dropFirst())
do {
  switch arguments.first {
  case "plan": try PlanBenchmark.run(BenchmarkDomain(BenchmarkDomain.usual))
  case "plan-60": try PlanBenchmark.run(BenchmarkDomain.dense())
  case "abi": try ABIBenchmark.run(BenchmarkDomain(BenchmarkDomain.usual))
  case "abi-60": try ABIBenchmark.run(BenchmarkDomain.dense())
  case "pairs":
    guard arguments.count > 3, let pairs = Int(arguments[1]), pairs > 0,
      let divide = arguments.firstIndex(of: "--"), divide > 2, divide < arguments.count - 1
    else { throw BenchmarkFault("usage: vmctl-bench pairs N FLOOR... -- SUBJECT...") }
    try ProcessPairs.run(pairs, Array(arguments[2..<divide]), Array(arguments[(divide + 1)...]))
  default: throw BenchmarkFault("usage: vmctl-bench plan | plan-60 | abi | abi-60 | pairs N FLOOR... -- SUBJECT...")
  }
} catch {
  FileHandle.standardError.write(Data("vmctl-bench: \(error)\n".utf8))
  exit(1)
}
