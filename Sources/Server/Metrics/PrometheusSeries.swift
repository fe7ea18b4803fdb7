import CoreMetrics
import Synchronization

/// One series of a metric: what is printed of it, and where it belongs.
protocol PrometheusSeries: AnyObject, Sendable {
  var metric: String { get }
  /// As they are printed, in their order, without the braces.
  var labels: String { get }
  func write(to text: inout ExpositionText)
}

/// A counter or a gauge.
final class NumberSeries: PrometheusSeries, CounterHandler, FloatingPointCounterHandler, MeterHandler, RecorderHandler {
  let metric: String
  let labels: String
  private let value = Mutex(0.0)

  init(_ metric: String, _ labels: String) {
    self.metric = metric
    self.labels = labels
  }

  func increment(by amount: Int64) { increment(by: Double(amount)) }
  func increment(by amount: Double) { value.withLock { $0 += amount } }
  func decrement(by amount: Double) { value.withLock { $0 -= amount } }
  func set(_ value: Int64) { set(Double(value)) }
  func set(_ value: Double) { self.value.withLock { $0 = value } }
  func record(_ value: Int64) { set(Double(value)) }
  func record(_ value: Double) { set(value) }
  func reset() { set(0.0) }

  func write(to text: inout ExpositionText) { text.sample(metric, labels, value.withLock { $0 }) }
}

/// How often what was measured lay between which bounds.
final class HistogramSeries: PrometheusSeries, RecorderHandler, TimerHandler {
  /// Of a metric that nobody described.
  static let usualBounds = [0.001, 0.01, 0.1, 1, 10, 100]

  private struct State {
    var counts: [UInt64]
    var sum = 0.0
  }

  let metric: String
  let labels: String
  private let bounds: [Double]
  private let state: Mutex<State>

  init(_ metric: String, _ labels: String, bounds: [Double]) {
    self.metric = metric
    self.labels = labels
    self.bounds = bounds
    state = Mutex(State(counts: Array(repeating: 0, count: bounds.count + 1)))
  }

  func record(_ value: Int64) { record(Double(value)) }

  func record(_ value: Double) {
    let place = bounds.firstIndex { value <= $0 } ?? bounds.count
    state.withLock {
      $0.counts[place] += 1
      $0.sum += value
    }
  }

  /// Prometheus' unit of time is the second.
  func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

  func write(to text: inout ExpositionText) {
    let state = state.withLock { $0 }
    let before = labels.isEmpty ? "" : labels + ","
    var total: UInt64 = 0
    for (place, count) in state.counts.enumerated() {
      total += count
      let bound = place < bounds.count ? bounds[place] : .infinity
      text.sample(metric + "_bucket", before + "le=\"\(ExpositionText.number(bound))\"", Double(total))
    }
    text.sample(metric + "_sum", labels, state.sum)
    text.sample(metric + "_count", labels, Double(total))
  }
}
