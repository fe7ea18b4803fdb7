package import Control

#if canImport(Glibc)
  import Glibc
#endif

/// What the kernel knows of this process, under the names that every Prometheus exporter uses.
package enum ProcessMeters {
  /// Read from `/proc/self`; what cannot be read is left out.
  package static func sample() -> [(Metric, Double)] {
    var samples: [(Metric, Double)] = []
    // What follows the program's name, which may hold anything but is closed by the last bracket: field 3 and on.
    let stat = text(of: "/proc/self/stat").split(separator: ")").last.map { $0.split(separator: " ") } ?? []
    func field(_ number: Int) -> Double? { number - 3 < stat.count ? Double(stat[number - 3]) : nil }
    let tick = Double(sysconf(Int32(_SC_CLK_TCK)))
    if let user = field(14), let system = field(15), tick > 0 {
      samples.append((.processorTime, (user + system) / tick))
    }
    if let start = field(22), let boot = bootTime(), tick > 0 { samples.append((.startTime, boot + start / tick)) }
    if let bytes = field(23) { samples.append((.virtualMemory, bytes)) }
    if let pages = field(24) { samples.append((.residentMemory, pages * Double(getpagesize()))) }
    if let count = openDescriptors() { samples.append((.openDescriptors, Double(count))) }
    var limit = rlimit()
    if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
      samples.append((.descriptorLimit, Double(limit.rlim_cur)))
    }
    return samples
  }

  /// Seconds since 1970.
  private static func bootTime() -> Double? {
    text(of: "/proc/stat").split(separator: "\n").first { $0.hasPrefix("btime ") }.flatMap { Double($0.dropFirst(6)) }
  }

  /// Without the one that counts them.
  private static func openDescriptors() -> Int? {
    guard let folder = opendir("/proc/self/fd") else { return nil }
    defer { closedir(folder) }
    var count = 0
    while let entry = readdir(folder) {
      // `.` and `..`
      if entry.pointee.d_name.0 != CChar(UInt8(ascii: ".")) { count += 1 }
    }
    return count - 1
  }

  /// Empty where it cannot be read.
  private static func text(of path: String) -> String {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return "" }
    defer { close(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16_384)
    while true {
      let count = read(file, &buffer, buffer.count)
      guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
      bytes += buffer[..<count]
    }
  }
}
