import TestSupport

/// What the owner of the simulated domain wants, and its document.
struct Wish: Sendable, Equatable {
  /// Devices that may be wanted, by id.
  static let disks = ["data-1", "data-2", "data-3"]
  static let cards = ["lan-1", "lan-2"]
  static let rngs = ["entropy-1", "entropy-2"]
  static let all = disks + cards + rngs

  var ids: [String] = []
  /// Cards whose link is down.
  var unlinked: Set<String> = []
  var isRunning = true
  var title = 0
  var otherwise = "keep"
  /// Named in every document and never detached: `protected: true`.
  var protectedID: String?
  var clientGeneration = 1
  var isPC = false
  var lastRemoved: String?
  /// The device whose first documents say where it stands (R12); later ones leave that out.
  var placedID: String?

  /// The next thing that the owner wants.
  mutating func change(_ chances: inout SeededNumbers) {
    clientGeneration += 1
    // Whoever takes something away often wants it back; what is there goes as often as something new comes.
    var next = lastRemoved.flatMap { chances.once(in: 2) ? $0 : nil }
    for _ in 0...Int.random(in: 0..<2, using: &chances) {
      let some = ids.isEmpty || chances.once(in: 2) ? Wish.all : ids
      let id = next ?? some[Int.random(in: 0..<some.count, using: &chances)]
      next = nil
      if ids.contains(id), id != protectedID {
        ids.removeAll { $0 == id }
        lastRemoved = id
        if id == placedID { placedID = nil }
      } else if !ids.contains(id) {
        ids.append(id)
        if id == lastRemoved { lastRemoved = nil }
      }
    }
    if chances.once(in: 4), let card = ids.first(where: Wish.cards.contains) {
      if unlinked.contains(card) { unlinked.remove(card) } else { unlinked.insert(card) }
    }
    if chances.once(in: 5) { title += 1 }
    if chances.once(in: 8) { isRunning.toggle() }
    if chances.once(in: 12), protectedID == nil { protectedID = ids.first(where: Wish.disks.contains) }
  }

  var document: String {
    """
    apiVersion: vmctl/v1
    kind: Domain
    metadata: {name: web-1, generation: \(clientGeneration)}
    spec:
      power: \(isRunning ? "running" : "stopped")
      creation: {type: qemu, machine: \(isPC ? "pc" : "q35"), memory: 256 MiB\(isPC ? "" : ", rootPorts: 8"), serial: none}
      title: title \(title)
      devices:
      - {id: root, bootOrder: 1, xml: "\(disk("root", "vda"))"}
    \(ids.map { "  - " + device($0) }.joined(separator: "\n"))
    """
  }

  private func device(_ id: String) -> String {
    let protection = id == protectedID ? ", protected: true" : ""
    let place = id == placedID ? ", address: {type: pci, bus: \(isPC ? 0 : 7), slot: \(isPC ? 18 : 0)}" : ""
    let unplug = "\(place), unplug: {deadline: 2m, otherwise: \(otherwise)}"
    if let index = Wish.disks.firstIndex(of: id) {
      return "{id: \(id)\(protection)\(unplug), xml: \"\(disk(id, ["vdb", "vdc", "vdd"][index]))\"}"
    }
    if Wish.cards.contains(id) {
      return
        "{id: \(id)\(unplug), interface: {network: default, model: \(id == "lan-1" ? "virtio" : "e1000e"), link: \(unlinked.contains(id) ? "down" : "up")}}"
    }
    // Not alike, or one that follows the other would be taken for the same under a new id (R5).
    let source = id == "entropy-1" ? "/dev/urandom" : "/dev/random"
    return "{id: \(id)\(unplug), xml: \"<rng model='virtio'><backend model='random'>\(source)</backend></rng>\"}"
  }

  private func disk(_ name: String, _ target: String) -> String {
    "<disk type='network' device='disk'><driver name='qemu' type='raw'/><source protocol='nbd' name='\(name)'>"
      + "<host name='h'/></source><target dev='\(target)' bus='virtio'/></disk>"
  }
}
