import CoreMetrics
import Synchronization

/// Keeps what is measured: each series by its metric and labels, `name{label="value"}`.
final class MeterRecord: MetricsFactory {
  final class Series: CounterHandler, FloatingPointCounterHandler, MeterHandler, RecorderHandler, TimerHandler {
    let key: String
    private let values = Mutex<[Double]>([])

    init(_ key: String) { self.key = key }

    var all: [Double] { values.withLock { $0 } }

    func increment(by amount: Int64) { increment(by: Double(amount)) }
    func increment(by amount: Double) { values.withLock { $0 = [($0.last ?? 0) + amount] } }
    func decrement(by amount: Double) { increment(by: -amount) }
    func reset() { values.withLock { $0 = [0] } }
    func set(_ value: Int64) { record(Double(value)) }
    func set(_ value: Double) { record(value) }
    func record(_ value: Int64) { record(Double(value)) }
    func record(_ value: Double) { values.withLock { $0.append(value) } }
    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
  }

  private let series = Mutex<[String: Series]>([:])

  private func made(_ label: String, _ dimensions: [(String, String)]) -> Series {
    let labels = dimensions.map { "\($0)=\"\($1)\"" }.joined(separator: ",")
    let key = labels.isEmpty ? label : "\(label){\(labels)}"
    return series.withLock { series in
      let made = series[key] ?? Series(key)
      series[key] = made
      return made
    }
  }

  func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler { made(label, dimensions) }
  func makeFloatingPointCounter(
    label: String, dimensions: [(String, String)]
  ) -> any FloatingPointCounterHandler { made(label, dimensions) }
  func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler { made(label, dimensions) }
  func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
    made(label, dimensions)
  }
  func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler { made(label, dimensions) }

  func destroyCounter(_ handler: any CounterHandler) {}
  func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
  func destroyMeter(_ handler: any MeterHandler) {}
  func destroyTimer(_ handler: any TimerHandler) {}
  func destroyRecorder(_ handler: any RecorderHandler) {
    guard let gone = handler as? Series else { return }
    series.withLock { $0[gone.key] = nil }
  }

  // MARK: What was measured

  /// Keys that contain every one of the words.
  func keys(_ words: String...) -> [String] {
    series.withLock { $0.keys.filter { key in words.allSatisfy { key.contains($0) } } }.sorted()
  }

  /// The last value; a counter's sum.
  func value(_ key: String) -> Double? { series.withLock { $0[key] }?.all.last }

  func values(_ key: String) -> [Double] { series.withLock { $0[key] }?.all ?? [] }

  /// Calls meant to change something.
  var mutatingCalls: Double { keys("vmctl_libvirt_calls_total", "mutating=\"true\"").compactMap(value).reduce(0, +) }

  /// The metrics that have a series.
  var names: Set<Substring> { Set(keys().map { $0.prefix { $0 != "{" } }) }

  /// Forgets the values, and keeps the series.
  func forgetCalls() {
    for key in keys("vmctl_libvirt_calls") { series.withLock { $0[key] }?.reset() }
  }
}
