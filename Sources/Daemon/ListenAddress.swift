package import Vocabulary

#if canImport(Glibc)
  import Glibc
#endif

/// `0.0.0.0:8443`, `[::1]:8443`: an address in numbers, so that no name server decides where the daemon listens.
package struct ListenAddress: Sendable, Hashable {
  package let host: String
  package let port: Int
  /// 127.0.0.0/8 and ::1.
  package let isLoopback: Bool

  package init(_ text: String) throws(Problem) {
    let wrong = Problem(
      "usage", "'\(text)' is no address to listen on", path: "listen.address", wanted: "ADDRESS:PORT, as [::1]:8443",
      found: text)
    guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
      (0...65535).contains(port)
    else { throw wrong }
    var host = String(text[..<colon])
    var four = in_addr()
    var six = in6_addr()
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = String(host.dropFirst().dropLast())
      guard inet_pton(AF_INET6, host, &six) == 1 else { throw wrong }
      let bytes = withUnsafeBytes(of: six) { Array($0) }
      isLoopback = bytes == Array(repeating: 0, count: 15) + [1]
    } else {
      guard inet_pton(AF_INET, host, &four) == 1 else { throw wrong }
      isLoopback = withUnsafeBytes(of: four) { $0.first } == 127
    }
    self.host = host
    self.port = port
  }
}
