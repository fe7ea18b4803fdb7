import Foundation
import Reconciling
import Server
import Store
import Vocabulary

#if canImport(Glibc)
  import Glibc
#endif

extension DaemonProgram {
  /// vmctld as it is started: the only place where the daemon meets libvirt and its store.
  package static func process() -> DaemonProgram {
    MemoryService.limitPools()
    let registry = PrometheusRegistry(sources: [ProcessMeters.sample])
    Meters.begin(registry, version: BuildVersion.text)
    let requests = RequestMeters<APIContext>(registry)
    let subscribers = SubscriberMeter(registry)
    return DaemonProgram(
      environment: ProcessInfo.processInfo.environment, isRoot: geteuid() == 0,
      output: { text in write(text, STDOUT_FILENO) }, talk: { text in write(text, STDERR_FILENO) },
      serving: Assembly.serving(
        metrics: { registry.exposition() }, meter: requests, subscribersChanged: { subscribers.changed(to: $0) })
    ) { settings, logger in
      // libvirt would read it itself. So it is known, and commands that name the same find the daemon by its store.
      let libvirtsOwn = ProcessInfo.processInfo.environment["LIBVIRT_DEFAULT_URI"].flatMap { $0.isEmpty ? nil : $0 }
      var resident = ResidentSettings()
      resident.resync = .milliseconds(settings.resync)
      resident.migratedKept = .milliseconds(settings.migratedKept)
      resident.parallel = settings.parallel
      resident.socketPath = settings.socketPath
      return ResidentEngine(
        Resident(
          uri: settings.connect ?? libvirtsOwn, location: StoreLocation(path: settings.store), command: "vmctld",
          settings: resident, admission: Admission(policy: settings.policy), log: logger))
    }
  }

  /// Whole, or as far as the reader takes it: nobody is left to tell of a closed stderr.
  private static func write(_ text: String, _ descriptor: Int32) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      bytes = bytes.dropFirst(count)
    }
  }
}
