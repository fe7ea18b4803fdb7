import Foundation
import Testing

func mode(of path: String) throws -> Int {
  let attributes = try FileManager.default.attributesOfItem(atPath: path)
  return try (attributes[.posixPermissions] as? Int).orThrow("no mode for \(path)")
}

func overwrite(_ path: String, at offset: Int, with bytes: [UInt8]) throws {
  let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
  try handle.seek(toOffset: UInt64(offset))
  try handle.write(contentsOf: bytes)
  try handle.close()
}

/// Changes the last byte of every occurrence of `marker` in a file.
func spoil(_ marker: String, in path: String) throws {
  var data = try Data(contentsOf: URL(fileURLWithPath: path))
  var start = data.startIndex
  var count = 0
  while let found = data.range(of: Data(marker.utf8), in: start..<data.endIndex) {
    data[found.upperBound - 1] ^= 1
    start = found.upperBound
    count += 1
  }
  try #require(count > 0, "'\(marker)' is not in \(path)")
  try data.write(to: URL(fileURLWithPath: path))
}

/// A folder's files with their bytes and the time of their last change.
func snapshot(of folder: String) throws -> [String: [String]] {
  var found: [String: [String]] = [:]
  for name in try FileManager.default.contentsOfDirectory(atPath: folder) where !name.hasSuffix(".lock") {
    let path = folder + "/" + name
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    let changed = (attributes[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
    found[name] = ["\(changed)", try Data(contentsOf: URL(fileURLWithPath: path)).base64EncodedString()]
  }
  return found
}
