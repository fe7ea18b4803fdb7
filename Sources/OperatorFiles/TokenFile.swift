package import Vocabulary

#if canImport(Glibc)
  import Glibc
#endif

/// The file of tokens as `vmctl token` changes it: whole or not at all, with what else an operator wrote in it.
package struct TokenFile: Sendable {
  package let path: String

  /// Where the daemon looks without being told.
  package static let standardPath = "/etc/vmctl/tokens.yaml"

  package init(path: String) {
    self.path = path
  }

  /// What is there; no tokens where there is no file.
  /// - Throws: `usage` where it is broken, or open to others.
  package func read() throws(Problem) -> TokenList {
    guard let bytes = try content() else { return try TokenList(parsing: [], source: path) }
    return try TokenList(parsing: bytes, source: path)
  }

  /// - Throws: `usage` where there is a token of that name.
  package func add(_ record: TokenRecord) throws(Problem) {
    try change { (bytes, list) throws(Problem) in
      guard !list.records.contains(where: { $0.name == record.name }) else {
        throw Problem(
          "usage", "there is a token named '\(record.name)'", path: path,
          remedy: "choose another name, or `vmctl token revoke \(record.name)` first")
      }
      return (TokenText.adding(record, to: bytes, list), list.records + [record])
    }
  }

  /// - Throws: `no-such-token` where there is none of that name.
  package func revoke(_ name: String) throws(Problem) {
    try change { (bytes, list) throws(Problem) in
      guard let index = list.records.firstIndex(where: { $0.name == name }) else {
        let near = nearest(to: name, among: list.records.map(\.name))
        throw Problem(
          "no-such-token", "there is no token named '\(name)'", path: path,
          remedy: near.map { "did you mean '\($0)'?" } ?? "`vmctl token list` shows them")
      }
      var left = list.records
      left.remove(at: index)
      return (TokenText.removing(index, from: bytes, list), left)
    }
  }

  private func content() throws(Problem) -> [UInt8]? {
    if access(path, F_OK) != 0, errno == ENOENT { return nil }
    return try OperatorFile(path, privacy: .owner).bytes
  }

  /// The text that `edit` makes is kept only where it says `left` and nothing else; otherwise all is written anew.
  private func change(
    _ edit: ([UInt8], TokenList) throws(Problem) -> (text: [UInt8], left: [TokenRecord])
  ) throws(Problem) {
    let folder = try openFolder()
    defer { close(folder) }
    // Two calls at one time must not lose each other's token. The folder is locked because the file is replaced.
    guard flock(folder, LOCK_EX) == 0 else { throw failure("locking the folder of", errno) }
    let bytes = try content() ?? []
    let (text, left) = try edit(bytes, try TokenList(parsing: bytes, source: path))
    // Text that was put together from lines is not believed before it is read.
    let isRight = (try? TokenList(parsing: text, source: path).records) == left
    try replace(with: isRight ? text : TokenText.whole(left))
  }

  private var folder: String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private func openFolder() throws(Problem) -> Int32 {
    let descriptor = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("opening the folder of", errno) }
    return descriptor
  }

  private func replace(with bytes: [UInt8]) throws(Problem) {
    let aside = "\(path).new"
    _ = unlink(aside)
    let descriptor = Glibc.open(aside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure("writing", errno) }
    defer { close(descriptor) }
    do throws(Problem) {
      // The daemon may run as another user than root, who adds its tokens.
      var status = stat()
      if stat(path, &status) == 0, status.st_uid != geteuid() {
        guard fchown(descriptor, status.st_uid, status.st_gid) == 0 else {
          throw failure("keeping the owner of", errno)
        }
      }
      guard write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0, rename(aside, path) == 0
      else { throw failure("writing", errno) }
    } catch {
      _ = unlink(aside)
      throw error
    }
  }

  private func failure(_ doing: String, _ number: Int32) -> Problem {
    Problem("usage", "\(doing) \(path) failed: \(String(cString: strerror(number)))", path: path)
  }
}
