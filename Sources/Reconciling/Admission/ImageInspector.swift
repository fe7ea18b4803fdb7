import Intent
import Vocabulary

/// Looks at the files that a document names: that each is what the document says, is reached through no link, and
/// leads to no other file that the document does not name. A guest writes its disk, and so may have written what its
/// image's header says: the header of every image is looked at, and nothing is ever guessed from content.
struct ImageInspector {
  let policy: DocumentPolicy

  /// The first offence of each file; a file that is not there is the plan's business.
  func check(_ files: [NamedFile], domain: String) -> [Problem] {
    files.compactMap { file in
      do throws(Problem) {
        try check(file, domain)
        return nil
      } catch {
        return error
      }
    }
  }

  private func check(_ file: NamedFile, _ domain: String) throws(Problem) {
    guard case .image(let format, let below) = file.role else {
      _ = try look(file.path, file, domain, bytes: 0)
      return
    }
    var layers = [NamedFile.Layer(path: file.path, format: format)]
    layers += below ?? []
    for (index, layer) in layers.enumerated() {
      let isQCOW2 = layer.format == "qcow2"
      let found = try look(layer.path, file, domain, bytes: isQCOW2 ? QCOW2Header.bytesToRead : 0)
      let next = index + 1 < layers.count ? layers[index + 1] : nil
      // What is stated to be raw is raw, whatever it begins with.
      guard isQCOW2, let found else {
        if layer.format == "raw", let next {
          throw refusal(
            "\(layer.path) is raw and stands on nothing, and the document says it stands on \(next.path)", file, domain,
            found: next.path)
        }
        continue
      }
      try check(header(found, layer, file, domain), of: layer, next: next, file, domain)
    }
  }

  private func header(
    _ found: FolderWalk.Found, _ layer: NamedFile.Layer, _ file: NamedFile, _ domain: String
  ) throws(Problem) -> QCOW2Header {
    do throws(QCOW2Header.Fault) {
      return try QCOW2Header(found.head)
    } catch {
      let what =
        switch error {
        case .otherFormat: "does not begin as one"
        case .version(let version): "says that it is of version \(version)"
        case .broken(let what): "is broken: \(what) leads outside its header"
        }
      throw refusal("\(layer.path) is stated to be qcow2 and \(what)", file, domain, found: what)
    }
  }

  private func check(
    _ header: QCOW2Header, of layer: NamedFile.Layer, next: NamedFile.Layer?, _ file: NamedFile, _ domain: String
  ) throws(Problem) {
    if header.hasDataFile {
      throw refusal(
        "\(layer.path) keeps its data in another file (\(spelled(header.dataFile ?? "not named"))), which no document "
          + "can name", file, domain, found: header.dataFile ?? "a data file")
    }
    guard let backing = header.backingFile else {
      guard let next else { return }
      throw refusal(
        "\(layer.path) stands on nothing, and the document says it stands on \(next.path)", file, domain,
        found: "no backing file", wanted: next.path)
    }
    guard let next else {
      throw refusal(
        "\(layer.path) has the backing file \(spelled(backing)), which the document does not name", file, domain,
        found: backing, wanted: "an image without one, or the layers below it in <backingStore>")
    }
    // A name with a scheme, or JSON, is an order to QEMU and no file.
    let absolute = backing.hasPrefix("/") ? backing : folder(of: layer.path) + "/" + backing
    guard !backing.prefix(while: { $0 != "/" }).contains(":"),
      DocumentPolicy.normalised(absolute) == DocumentPolicy.normalised(next.path)
    else {
      throw refusal(
        "\(layer.path) has the backing file \(spelled(backing)), and the document names \(next.path)", file, domain,
        found: backing, wanted: next.path)
    }
    if let format = header.backingFormat, format != next.format {
      throw refusal(
        "\(layer.path) says that its backing file is \(spelled(format)), and the document that it is \(next.format)",
        file,
        domain, found: format, wanted: next.format)
    }
  }

  private func folder(of path: String) -> String { path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "" }

  /// `nil` where it is not there.
  private func look(
    _ path: String, _ file: NamedFile, _ domain: String, bytes: Int
  ) throws(Problem) -> FolderWalk.Found? {
    guard let root = policy.root(of: path), let normal = DocumentPolicy.normalised(path),
      let folder = DocumentPolicy.normalised(root)
    else { throw refusal("\(spelled(path)) is not in a folder that documents may name", file, domain, found: path) }
    do throws(FolderWalk.Fault) {
      return try FolderWalk.look(normal, below: folder, bytes: bytes)
    } catch {
      switch error {
      case .missing: return nil
      case .link(let name):
        throw refusal(
          "\(normal) leads through the symbolic link \(spelled(name))", file, domain, found: name,
          wanted: "a file of its own below \(folder)")
      case .kind(let kind):
        throw refusal("\(normal) is \(kind)", file, domain, found: kind, wanted: "a regular file")
      case .unreadable(let code):
        throw refusal(
          "\(normal) cannot be looked at (\(systemWords(code))), and so not be let through", file, domain,
          found: systemWords(code))
      }
    }
  }

  private func refusal(
    _ message: String, _ file: NamedFile, _ domain: String, found: String, wanted: String? = nil
  ) -> Problem {
    Problem(
      "policy", "\(file.place): \(message)", domain: domain, device: file.device?.text, path: file.place,
      wanted: wanted, found: found, remedy: "give a file that needs no other, or send it with the scope admin")
  }
}
