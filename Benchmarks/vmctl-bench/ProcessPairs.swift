import Foundation

/// Two commands as whole processes, in turns, so that a noisy machine disturbs both; the median of each and of the
/// pairs' ratios.
enum ProcessPairs {
  static func run(_ pairs: Int, _ floor: [String], _ subject: [String]) throws {
    var floors: [Double] = []
    var subjects: [Double] = []
    // The first run of each fills the page cache and counts for nothing.
    for turn in 0...pairs {
      let pair = (try milliseconds(floor), try milliseconds(subject))
      guard turn > 0 else { continue }
      floors.append(pair.0)
      subjects.append(pair.1)
    }
    let ratios = zip(subjects, floors).map { $0 / $1 }
    print(
      "{\"floorMilliseconds\":\(rounded(median(floors))),\"medianOfRatios\":\(rounded(median(ratios))),"
        + "\"pairs\":\(pairs),\"ratio\":\(rounded(median(subjects) / median(floors))),"
        + "\"subjectMilliseconds\":\(rounded(median(subjects)))}")
  }

  private static func milliseconds(_ command: [String]) throws -> Double {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    defer { posix_spawn_file_actions_destroy(&actions) }
    var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var child: pid_t = 0
    var status: Int32 = 0
    let clock = ContinuousClock()
    let start = clock.now
    guard posix_spawnp(&child, command[0], &actions, nil, &arguments, environ) == 0 else {
      throw BenchmarkFault("cannot run \(command[0])")
    }
    waitpid(child, &status, 0)
    let time = start.duration(to: clock.now).microseconds / 1000
    guard status == 0 else { throw BenchmarkFault("\(command.joined(separator: " ")) ended with status \(status)") }
    return time
  }
}
