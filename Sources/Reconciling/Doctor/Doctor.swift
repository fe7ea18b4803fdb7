import Control
import DomainXML
import Libvirt
import Store
import Vocabulary

/// Looks at host, store and domains and says what is wrong. Changes nothing; what cannot be looked at is a finding
/// and stops no other check.
struct Doctor: Sendable {
  let workplace: Workplace
  var accounts = HypervisorAccount.ofHost
  var kvmPath = "/dev/kvm"

  /// How long one answer of libvirt is waited for: a daemon that hangs is what one asks the doctor about.
  private static let patience: Duration = .seconds(40)

  func examine() async -> [Finding] {
    var findings: [Finding] = []
    var store: RecordStore?
    findings += await StoreExaminer(location: workplace.location).examine(&store)
    let hypervisor = await connect(readOnly: true, &findings)
    var host: HostDescription?
    var domains: [ObservedDomain]?
    if let hypervisor {
      host = await describe(hypervisor, &findings)
      await checkChanging(host?.uri ?? uri, &findings)
      domains = await observe(hypervisor, &findings)
    }
    if HostFactsGatherer.isLocal(host?.uri ?? workplace.uri ?? "") {
      findings += KVMCheck(path: kvmPath, accounts: accounts).findings
    }
    let examination = Examination(
      now: workplace.time.now(), holder: StoreLock.holder(of: workplace.location), domains: domains,
      files: await files(store, host, &findings))
    for check in DomainChecks.all { findings += check(examination) }
    await hypervisor?.close()
    return findings
  }

  // MARK: libvirt

  private var uri: String { workplace.uri ?? "libvirt's default URI" }

  private func connect(readOnly: Bool, _ findings: inout [Finding]) async -> (any Hypervisor)? {
    let (connect, name) = (workplace.connect, workplace.uri)
    let result = await ask("connecting") { () async throws(LibvirtError) in try await connect(name, readOnly) }
    switch result {
    case .success(let hypervisor): return hypervisor
    case .failure(let problem):
      findings.append(
        readOnly
          ? Finding(.problem, "libvirt", uri, problem)
          : Finding(
            .warning, "libvirt-writable", uri, "libvirt lets this user look and not change anything",
            remedy: "run as root, or let the user in (group libvirt, or polkit)", underlying: problem.underlying))
      return nil
    }
  }

  private func describe(_ hypervisor: any Hypervisor, _ findings: inout [Finding]) async -> HostDescription? {
    let result = await ask("asking libvirt who it is") { () async throws(LibvirtError) in try await hypervisor.host() }
    switch result {
    case .success(let host):
      findings.append(
        Finding(
          .ok, "libvirt", host.uri,
          "libvirt \(host.libvirtVersion) with QEMU \(host.hypervisorVersion) answers for \(host.hostname)"))
      return host
    case .failure(let problem):
      findings.append(Finding(.problem, "libvirt", uri, problem))
      return nil
    }
  }

  /// On a connection that may write, for on no other does libvirt say what QEMU can do (code 29, libvirt 9.0).
  private func checkChanging(_ uri: String, _ findings: inout [Finding]) async {
    guard let writing = await connect(readOnly: false, &findings) else { return }
    findings.append(Finding(.ok, "libvirt-writable", uri, "libvirt lets this user change things"))
    await checkEmulator(writing, uri, &findings)
    await writing.close()
  }

  /// Asking for what QEMU can do is what takes minutes where libvirt has to probe it each time.
  private func checkEmulator(
    _ hypervisor: any Hypervisor, _ uri: String, _ findings: inout [Finding]
  ) async {
    let start = workplace.time.now()
    let result = await ask("asking what QEMU can do") { () async throws(LibvirtError) in
      try await hypervisor.domainCapabilities(DomainCapabilitiesQuery())
    }
    let took = workplace.time.now().milliseconds - start.milliseconds
    switch result {
    case .failure(let problem): findings.append(Finding(.problem, "emulator", uri, problem))
    case .success(let text):
      let path = (try? DomainDocument(text))?.root.value(at: "path") ?? "the emulator"
      findings.append(
        took < 5_000
          ? Finding(.ok, "emulator", path, "what it can do is known to libvirt")
          : Finding(
            .warning, "emulator", path, "libvirt took \(took / 1000) s to say what it can do: it probes it each time",
            remedy: "look at /dev/kvm's permissions and at libvirt's log"))
    }
  }

  private func observe(_ hypervisor: any Hypervisor, _ findings: inout [Finding]) async -> [ObservedDomain]? {
    let result = await ask("reading all domains") { () async throws(LibvirtError) in
      try await hypervisor.observe(try await hypervisor.domains().map(\.uuid))
    }
    switch result {
    case .failure(let problem):
      findings.append(Finding(.problem, "domains", uri, problem))
      return nil
    case .success(let observations):
      var domains: [ObservedDomain] = []
      for observation in observations {
        do throws(Problem) {
          domains.append(try ObservedDomain(observation))
        } catch {
          findings.append(Finding(.problem, "domains", observation.name, error))
        }
      }
      return domains
    }
  }

  /// Asks, and stops waiting after a while: the thread of a call that hangs is left behind with the process.
  private func ask<Value: Sendable>(
    _ doing: String, _ call: @escaping @Sendable () async throws(LibvirtError) -> Value
  ) async -> Result<Value, Problem> {
    let (stream, continuation) = AsyncStream.makeStream(of: Result<Value, Problem>.self)
    let asked = Task {
      do throws(Problem) {
        continuation.yield(.success(try await asking(doing, call)))
      } catch {
        continuation.yield(.failure(error))
      }
    }
    let timer = Task {
      // Cancelled where the answer came in time.
      guard (try? await ContinuousClock().sleep(for: Doctor.patience)) != nil else { return }
      continuation.yield(
        .failure(
          Problem(
            "no-connection", "\(doing): libvirt does not answer within 40 s",
            remedy: "look whether libvirtd hangs; `virsh list` would too")))
    }
    defer {
      asked.cancel()
      timer.cancel()
    }
    for await result in stream { return result }
    return .failure(Problem("no-connection", "\(doing): cancelled"))
  }

  // MARK: The store's domains

  /// Of this host where libvirt says which it is, else all.
  private func files(
    _ store: RecordStore?, _ host: HostDescription?, _ findings: inout [Finding]
  ) async -> [DomainFile]? {
    guard let store else { return StoreSurvey(of: workplace.location).files.isEmpty ? [] : nil }
    do throws(StoreError) {
      var files: [DomainFile] = []
      for key in try await store.keys(host: host?.uuid) {
        if let file = try await store.file(of: key) { files.append(file) }
      }
      return files
    } catch {
      findings.append(Finding(.problem, "store-rows", error.path, Problem(error)))
      return nil
    }
  }
}
