/// Every metric of vmctld. Colons are left to recording rules, `_total` to counters; units are base units.
extension Metric {
  // MARK: Reconciling

  package static let reconciles = Metric(
    "vmctl_reconcile_total", "Passes over a domain's document, by how they ended.", .counter, labels: ["result"])
  package static let reconcileDuration = Metric(
    "vmctl_reconcile_duration_seconds", "How long passes over a domain's document took, guest waits included.",
    .histogram(seconds), labels: ["result"])
  package static let operationDuration = Metric(
    "vmctl_device_operation_duration_seconds",
    "From a step's entry in the journal to its settling by a fresh read, by action, kind of device and state.",
    .histogram(seconds), labels: ["op", "kind", "result"])
  package static let resyncDuration = Metric(
    "vmctl_resync_duration_seconds", "How long looks at all domains took.", .histogram(seconds))
  package static let resyncedDomains = Metric(
    "vmctl_resync_domains", "Domains that the last look at all domains found.", .gauge)
  package static let queueDepth = Metric("vmctl_queue_depth", "Domains that are due for a look.", .gauge)
  package static let activeWorkers = Metric("vmctl_active_workers", "Passes that run now.", .gauge)
  package static let storeRevision = Metric(
    "vmctl_store_revision", "The id of the newest event in the store.", .gauge)

  // MARK: libvirt

  package static let libvirtConnected = Metric(
    "vmctl_libvirt_connected", "1 while libvirt answers, 0 while it is being connected to.", .gauge)
  package static let libvirtCalls = Metric(
    "vmctl_libvirt_calls_total", "Calls to libvirt, failed ones included; mutating: meant to change something.",
    .counter, labels: ["call", "mutating"])
  package static let callsPerReconcile = Metric(
    "vmctl_libvirt_calls_per_reconcile", "Calls to libvirt that one pass made.",
    .histogram([1, 2, 3, 5, 8, 13, 21, 34, 55, 89]))

  // MARK: Of one domain

  package static let unplugPending = Metric(
    "vmctl_unplug_pending", "1 for each device that its guest was asked to let go of and still has.", .gauge,
    labels: ["domain", "device"], seriesLimit: ofDomains)
  package static let drift = Metric(
    "vmctl_domain_drift", "Differences that nobody asked vmctl for, by who made them; absent where there are none.",
    .gauge, labels: ["domain", "by"], seriesLimit: ofDomains)
  package static let restartRequired = Metric(
    "vmctl_domain_restart_required", "1 where changes wait for the guest's next cold boot.", .gauge, labels: ["domain"],
    seriesLimit: ofDomains)
  package static let abiInfo = Metric(
    "vmctl_domain_abi_info",
    "Always 1: machine type, and the first 12 digits of the guest ABI's fingerprint, of each side.", .gauge,
    labels: ["domain", "machine", "abi_hash", "side"], seriesLimit: ofDomains)
  package static let hotplugFree = Metric(
    "vmctl_domain_hotplug_free", "Slots of a bus that are free on every side of the domain.", .gauge,
    labels: ["domain", "bus"], seriesLimit: ofDomains)

  // MARK: HTTP

  package static let requests = Metric(
    "vmctl_http_requests_total", "Requests that were answered, by route, method and status.", .counter,
    labels: ["route", "method", "status"])
  package static let requestDuration = Metric(
    "vmctl_http_request_duration_seconds", "From a request's head to its answer's head.", .histogram(seconds),
    labels: ["route", "method"])
  package static let eventSubscribers = Metric(
    "vmctl_event_subscribers", "Clients that read the stream of events now.", .gauge)

  // MARK: The process

  package static let buildInfo = Metric(
    "vmctl_build_info", "Always 1: the version of the daemon.", .gauge, labels: ["version"])
  package static let droppedSeries = Metric(
    "vmctl_metric_series_dropped_total", "Series that were not kept because their metric had too many.", .counter,
    labels: ["metric"])
  package static let residentMemory = Metric("process_resident_memory_bytes", "Resident memory.", .gauge)
  package static let virtualMemory = Metric("process_virtual_memory_bytes", "Virtual memory.", .gauge)
  package static let processorTime = Metric(
    "process_cpu_seconds_total", "User and system time of the process.", .counter)
  package static let openDescriptors = Metric("process_open_fds", "Open file descriptors.", .gauge)
  package static let descriptorLimit = Metric("process_max_fds", "Most file descriptors that may be open.", .gauge)
  package static let startTime = Metric(
    "process_start_time_seconds", "When the process began, in seconds since 1970.", .gauge)

  /// In the order of their names.
  package static let all: [Metric] = [
    reconciles, reconcileDuration, operationDuration, resyncDuration, resyncedDomains, queueDepth, activeWorkers,
    storeRevision, libvirtConnected, libvirtCalls, callsPerReconcile, unplugPending, drift, restartRequired, abiInfo,
    hotplugFree, requests, requestDuration, eventSubscribers, buildInfo, droppedSeries, residentMemory, virtualMemory,
    processorTime, openDescriptors, descriptorLimit, startTime,
  ].sorted { $0.name < $1.name }

  /// From a call to libvirt that is answered at once to a guest that takes a minute.
  private static let seconds = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
  ]
  /// 10,000 domains, each with both sides and five buses.
  private static let ofDomains = 60_000
}
