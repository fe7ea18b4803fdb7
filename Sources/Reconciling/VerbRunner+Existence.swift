import Control
import DomainXML
import Libvirt
import Planning
import Store
import Vocabulary

extension VerbRunner {
  // MARK: Delete

  /// Removes a domain. What stays of it is chosen, never guessed.
  func delete(_ knowledge: Knowledge) async throws(Problem) -> String {
    if case .gone = knowledge.presence, knowledge.isHalfDeleted {
      try await forgetRow(knowledge)
      return "deleted: its definition went before, when vmctl was stopped"
    }
    let observed = try present(knowledge)
    if knowledge.managed.isProtected {
      throw Problem(
        "protected", "the domain '\(request.domain)' is protected", domain: request.domain,
        remedy: "vmctl unprotect \(request.domain)")
    }
    let options = try undefineOptions(observed)
    if observed.observation.state.isActive {
      guard request.force else {
        throw Problem(
          "running", "the domain '\(request.domain)' runs", domain: request.domain,
          remedy: "vmctl stop \(request.domain) first, or --force to end it as pulling the plug would")
      }
      try await run([Step(.destroy, .power, effect: .live, reason: "vmctl delete --force")], knowledge)
      if hasFailed { return "" }
    }
    if observed.observation.isPersistent {
      try await run(
        [Step(.undefine, .domain, effect: .live, reason: "vmctl delete")], knowledge, undefine: options)
      if hasFailed { return "" }
    }
    if try await reader.observe(.uuid(observed.observation.uuid)) != nil {
      throw Problem(
        "not-applied", "libvirt took the call, and the domain is still there", domain: request.domain)
    }
    try await forgetRow(knowledge)
    return "deleted"
  }

  private func undefineOptions(_ observed: ObservedDomain) throws(Problem) -> UndefineOptions {
    var options: UndefineOptions = []
    let definition = observed.persistent ?? observed.live
    let hasNVRAM = definition?.root.value(at: "os/nvram") != nil || definition?.root.value(at: "os/@firmware") != nil
    switch try fate("nvram", request.remains.nvram, needed: hasNVRAM) {
    case .keep: options.insert(.keepNVRAM)
    case .delete: options.insert(.nvram)
    case .none: break
    }
    let hasTPM = definition?.devices.contains { $0.kind.name == "tpm" } ?? false
    switch try fate("tpm", request.remains.tpm, needed: hasTPM) {
    case .keep: options.insert(.keepTPM)
    case .delete: options.insert(.tpm)
    case .none: break
    }
    if try fate("saved-image", request.remains.savedImage, needed: observed.observation.hasManagedSave) == .delete {
      options.insert(.managedSave)
    } else if observed.observation.hasManagedSave {
      throw Problem(
        "refused-by-libvirt", "libvirt cannot keep a saved image without its domain", domain: request.domain,
        remedy: "--saved-image delete")
    }
    // Whether there are snapshots only libvirt's refusal tells.
    if request.remains.snapshots == .delete {
      options.formUnion([.snapshotsMetadata, .checkpointsMetadata])
    }
    return options
  }

  private func fate(
    _ name: String, _ chosen: VerbRequest.Fate?, needed: Bool
  ) throws(Problem) -> VerbRequest.Fate? {
    guard needed, chosen == nil else { return needed ? chosen : nil }
    throw Problem(
      "usage", "the domain has \(name) state: say what becomes of it", domain: request.domain,
      remedy: "--\(name) keep or --\(name) delete")
  }

  // MARK: Accept

  /// The guest's hardware is as it should be: what libvirt shows now is what later looks are held against (I3).
  func accept(_ knowledge: Knowledge) async throws(Problem) -> String {
    let observed = try present(knowledge)
    guard let file = knowledge.file else { return "nothing is recorded of it that it could differ from" }
    let version = surroundings.host.libvirtVersion
    var message: String?
    do throws(Problem) {
      _ = try await HardwareWatch(store: surroundings.store).check(knowledge) { () throws(Problem) in version }
    } catch {
      guard error.code == "abi-changed" else { throw error }
      message = error.message
    }
    guard let message else { return "its hardware is as it was" }
    let (store, key) = (surroundings.store, file.row.key)
    let sides = VersionsOfHost(surroundings.host).record(observed, at: surroundings.time.now())
    _ = try await stored { () throws(StoreError) in
      try await store.record(sides, of: key, origin: .foreign, operation: nil)
    }
    try await HardwareWatch.forget(key, surroundings)
    return "accepted: " + message
  }

  // MARK: Forget

  /// Lets a domain go: our metadata element and our rows, nothing else.
  func forget(_ knowledge: Knowledge) async throws(Problem) -> String {
    guard knowledge.observed != nil || knowledge.file != nil else {
      throw Problem(
        "no-such-domain", "there is no domain '\(request.domain)'", domain: request.domain,
        remedy: "`vmctl get` lists the domains")
    }
    if let observed = knowledge.observed, knowledge.appliedUUID == nil, observed.managed != nil {
      let hypervisor = surroundings.hypervisor
      for side in [Side.persistent, .live] where observed.definition(side) != nil {
        let domain = observed.observation.uuid
        try await asking("removing vmctl's metadata", domain: request.domain) { () throws(LibvirtError) in
          try await hypervisor.setMetadata(
            nil, prefix: ManagedState.prefix, uri: ManagedState.namespace, of: domain, side: side)
        }
      }
      if let found = try await reader.observe(.uuid(observed.observation.uuid)),
        try ObservedDomain(found).managed != nil
      {
        throw Problem(
          "not-applied", "libvirt took the call, and the metadata is still there", domain: request.domain)
      }
    }
    try await forgetRow(knowledge)
    return "forgotten"
  }

  private func forgetRow(_ knowledge: Knowledge) async throws(Problem) {
    guard let key = knowledge.file?.row.key else { return }
    let store = surroundings.store
    try await stored { () throws(StoreError) in try await store.remove(key) }
    hasForgotten = true
    Meters.forget(key.domain)
  }

  // MARK: Restore

  /// Brings a domain that is gone back from its record, on request only (I11).
  func restore(_ knowledge: Knowledge) async throws(Problem) -> String {
    guard case .gone = knowledge.presence, let file = knowledge.file else {
      throw Problem(
        "not-gone", "the domain '\(request.domain)' is not gone", domain: request.domain,
        remedy: knowledge.observed == nil ? "nothing is recorded of it" : "`vmctl get \(request.domain)` shows it")
    }
    let store = surroundings.store
    let key = file.row.key
    let recorded = try await stored { () throws(StoreError) in try await store.recorded(.persistent, of: key) }
    guard let recorded else {
      throw Problem(
        "no-such-revision", "no definition is recorded of '\(request.domain)'", domain: request.domain,
        remedy: "it was a transient domain; vmctl forget \(request.domain), then create it anew")
    }
    let definition: DomainDefinition
    do throws(XMLFault) {
      definition = try DomainDefinition(recorded.xml)
    } catch {
      throw Problem(error, domain: request.domain, side: .persistent)
    }
    try await refuseImagesInUse(definition)
    try await run(
      [
        Step(
          .define, .domain, side: .persistent, effect: .live, xml: recorded.xml,
          reason: "vmctl restore: the last definition that libvirt returned")
      ], knowledge)
    return "restored; it does not run yet"
  }

  /// Two guests that write to one image destroy it.
  private func refuseImagesInUse(_ definition: DomainDefinition) async throws(Problem) {
    let images = Set(definition.devices.flatMap { VerbRunner.images($0) })
    let hypervisor = surroundings.hypervisor
    let domains = try await asking("listing domains") { () throws(LibvirtError) in try await hypervisor.domains() }
    for other in domains where other.state.isActive {
      guard let found = try await reader.observe(.uuid(other.uuid)),
        let live = try ObservedDomain(found).live
      else { continue }
      for device in live.devices {
        guard let image = VerbRunner.images(device).first(where: images.contains) else { continue }
        throw Problem(
          "image-in-use", "the image \(image) is in use by the domain '\(other.name)'", domain: request.domain,
          path: image, remedy: "stop '\(other.name)' first")
      }
    }
  }

  private static func images(_ device: Device) -> [String] {
    device.kind.files.compactMap { device.element.value(at: $0) }
  }
}
