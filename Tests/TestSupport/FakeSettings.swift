import DomainXML
package import Libvirt
package import Vocabulary

/// What libvirt's set calls do to a definition. Of the parameters of a host's cgroups it knows only to write them down.
enum FakeSettings {
  static func apply(
    _ setting: SettingCall, to text: XMLText, side: Side, _ function: String
  ) throws(LibvirtError) -> XMLText {
    let document = try FakeDefinition.parse(text, function)
    let root = document.root
    var edit = Edit(document)
    func put(_ name: String, _ element: String?) {
      let old = root.children.first { $0.name == name }
      switch (old, element) {
      case (.some(let old), .some(let element)): edit.replace(old, with: XMLText(element))
      case (.some(let old), .none): edit.remove(old)
      case (.none, .some(let element)):
        if let before = root.child("vcpu") ?? root.child("memory") {
          edit.insert(XMLText("\n  " + element), after: before)
        }
      case (.none, .none): break
      }
    }
    switch setting {
    case .vcpus(let count):
      let most = root.child("vcpu").flatMap { parseNumber($0.trimmedText) } ?? 1
      guard (1...most).contains(count) else {
        throw .invalid("requested vcpus is greater than max allowable vcpus for the domain", function)
      }
      let online = root.child("vcpu")?.number("current") ?? most
      if side == .live, count < online { return text }
      put("vcpu", "<vcpu placement='static'\(count == most ? "" : " current='\(count)'")>\(most)</vcpu>")
    case .memory(let kibibytes):
      let most = root.child("memory").flatMap { parseNumber($0.trimmedText) } ?? 0
      guard kibibytes <= most else {
        throw LibvirtError(
          code: .invalidArgument, domain: .qemu, message: "cannot set memory higher than max memory",
          function: function)
      }
      put("currentMemory", "<currentMemory unit='KiB'>\(kibibytes)</currentMemory>")
    case .statsPeriod(let seconds):
      guard let balloon = root.child("devices")?.child("memballoon") else { return text }
      if let stats = balloon.child("stats") { edit.remove(stats) }
      if seconds > 0 { edit.append(XMLText("<stats period='\(seconds)'/>"), to: balloon) }
    case .words(let words, let value):
      put(words.rawValue, value.map { "<\(words.rawValue)>\(XMLWriter.escape($0))</\(words.rawValue)>" })
    case .lifecycle(let event, let action):
      put("on_\(event.rawValue)", "<on_\(event.rawValue)>\(action)</on_\(event.rawValue)>")
    case .addIOThread, .removeIOThread:
      var count = root.child("iothreads").flatMap { parseNumber($0.trimmedText) } ?? 0
      if case .addIOThread = setting { count += 1 } else { count -= 1 }
      put("iothreads", count == 0 ? nil : "<iothreads>\(count)</iothreads>")
    case .pin(.emulator, let cpus): put("cputune", "<cputune><emulatorpin cpuset='\(cpus)'/></cputune>")
    case .pin(.vcpu(let number), let cpus):
      put("cputune", "<cputune><vcpupin vcpu='\(number)' cpuset='\(cpus)'/></cputune>")
    case .pin, .parameters, .metadata, .autostart:
      throw LibvirtError(
        code: .noSupport, domain: .qemu, message: "the fake has no such call", function: function)
    }
    return edit.text()
  }
}

extension FakeHypervisor {
  package func set(_ setting: SettingCall, of uuid: DomainUUID, side: Side) async throws(LibvirtError) {
    if case .metadata(let element, let prefix, let uri) = setting {
      return try await setMetadata(element, prefix: prefix, uri: uri, of: uuid, side: side)
    }
    let function = setting.function
    try await perform(.set, on: uuid, function, side: side) { (domain) throws(LibvirtError) in
      if case .autostart(let isOn) = setting {
        guard domain.isPersistent else { throw .invalid("cannot set autostart for transient domain", function) }
        domain.startsWithHost = isOn
        return
      }
      let text = try domain.text(side, function)
      domain.setText(try FakeSettings.apply(setting, to: text, side: side, function), side)
    }
  }

  package func updateSecurely(
    _ uuid: DomainUUID, side: Side, _ change: @escaping @Sendable (XMLText) -> XMLText?
  ) async throws(LibvirtError) {
    let text = try await perform(.updateSecurely, on: uuid, "virDomainUpdateDeviceFlags", side: side) {
      (domain) throws(LibvirtError) in try domain.text(side, "virDomainUpdateDeviceFlags")
    }
    // What is set there is in no document that the fake returns, as with libvirt.
    guard change(text) != nil else {
      throw LibvirtError(
        code: .deviceMissing, domain: .none, message: "no such device", function: "virDomainUpdateDeviceFlags")
    }
  }

  package func capacity(ofDisk target: String, of uuid: DomainUUID) async throws(LibvirtError) -> UInt64 {
    try await perform(.capacity, on: uuid, "virDomainGetBlockInfo") { $0.capacities[target] ?? 1 << 20 }
  }

  package func resize(disk target: String, of uuid: DomainUUID, to bytes: UInt64) async throws(LibvirtError) {
    try await perform(.resize, on: uuid, "virDomainBlockResize") { (domain) throws(LibvirtError) in
      guard domain.live != nil else { throw .invalid("domain is not running", "virDomainBlockResize") }
      domain.capacities[target] = bytes
    }
  }

  package func autostart(of uuid: DomainUUID) async throws(LibvirtError) -> Bool {
    try await perform(.autostart, on: uuid, "virDomainGetAutostart") { $0.startsWithHost }
  }
}
