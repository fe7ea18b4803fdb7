import Foundation

/// A file system of a few hundred KiB, in memory, to run out of room on. Gone with the value.
package final class SmallDisk: Sendable {
  package let folder: String

  /// Whether this process may mount one: root, where no container forbids it.
  package static let isPossible: Bool = (try? SmallDisk(kibibytes: 64)) != nil

  package init(kibibytes: Int) throws {
    folder = NSTemporaryDirectory() + "vmctl-disk-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    guard mount("vmctl-test", folder, "tmpfs", 0, "size=\(kibibytes)k,mode=0700") == 0 else {
      let code = errno
      try FileManager.default.removeItem(atPath: folder)
      throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EIO)
    }
  }

  deinit {
    umount2(folder, Int32(MNT_DETACH))
    // A folder that stays is only litter in the temporary directory.
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// Takes all the room there is, but for some pages.
  package func fill(leaving pages: Int = 0) {
    defer {
      if pages > 0 {
        var status = stat()
        if stat(folder + "/filler", &status) == 0 {
          truncate(folder + "/filler", max(0, status.st_size - pages * 4_096))
        }
      }
    }
    let descriptor = open(folder + "/filler", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return }
    defer { _ = close(descriptor) }
    let page = [UInt8](repeating: 0x5a, count: 4_096)
    while write(descriptor, page, page.count) > 0 {}
  }

  package func free() { unlink(folder + "/filler") }
}
