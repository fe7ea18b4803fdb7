package import Control
package import CoreMetrics
import Synchronization

/// Keeps what is measured, and prints it as Prometheus' text format 0.0.4.
///
/// A series is known by its metric and its labels: who asks for it again gets the same one.
package final class PrometheusRegistry: MetricsFactory {
  /// Of `exposition`, for the header `Content-Type`.
  package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  private struct Family {
    let metric: Metric
    /// By their labels as they are printed.
    var series: [String: any PrometheusSeries] = [:]
  }

  private let families: Mutex<[String: Family]>
  private let dropped: Mutex<[String: Int]> = Mutex([:])
  private let sources: [@Sendable () -> [(Metric, Double)]]

  /// - Parameters:
  ///   - metrics: those whose help and buckets are known. Others are taken too: as what they are first made as.
  ///   - sources: asked at each exposition for values of metrics without labels.
  package init(_ metrics: [Metric] = Metric.all, sources: [@Sendable () -> [(Metric, Double)]] = []) {
    families = Mutex(Dictionary(metrics.map { ($0.name, Family(metric: $0)) }, uniquingKeysWith: { $1 }))
    self.sources = sources
  }

  // MARK: What is measured

  package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    number(label, dimensions, .counter)
  }

  package func makeFloatingPointCounter(
    label: String, dimensions: [(String, String)]
  ) -> any FloatingPointCounterHandler {
    number(label, dimensions, .counter)
  }

  package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    number(label, dimensions, .gauge)
  }

  package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
    aggregate ? histogram(label, dimensions) : number(label, dimensions, .gauge)
  }

  package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    histogram(label, dimensions)
  }

  package func destroyCounter(_ handler: any CounterHandler) { remove(handler) }
  package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { remove(handler) }
  package func destroyMeter(_ handler: any MeterHandler) { remove(handler) }
  package func destroyRecorder(_ handler: any RecorderHandler) { remove(handler) }
  package func destroyTimer(_ handler: any TimerHandler) { remove(handler) }

  private func number(_ label: String, _ dimensions: [(String, String)], _ kind: Metric.Kind) -> NumberSeries {
    let made = series(label, dimensions, kind) { metric, labels in
      switch metric.kind {
      case .counter, .gauge: NumberSeries(metric.name, labels)
      case .histogram: nil
      }
    }
    return made as? NumberSeries ?? NumberSeries(label, "")
  }

  private func histogram(_ label: String, _ dimensions: [(String, String)]) -> HistogramSeries {
    let made = series(label, dimensions, .histogram(HistogramSeries.usualBounds)) { metric, labels in
      guard case .histogram(let bounds) = metric.kind else { return nil }
      return HistogramSeries(metric.name, labels, bounds: bounds)
    }
    return made as? HistogramSeries ?? HistogramSeries(label, "", bounds: [])
  }

  /// `nil` where the metric is of another type, or has as many series as it may have: what is measured is lost then,
  /// and who measures goes on.
  private func series(
    _ label: String, _ dimensions: [(String, String)], _ kind: Metric.Kind,
    _ make: (Metric, String) -> (any PrometheusSeries)?
  ) -> (any PrometheusSeries)? {
    let name = ExpositionText.name(label)
    let labels = ExpositionText.labels(dimensions)
    enum Found {
      case series(any PrometheusSeries)
      case full, otherType
    }
    let found: Found = families.withLock { families in
      if let known = families[name]?.series[labels] { return .series(known) }
      let metric = families[name]?.metric ?? Metric(name, "", kind)
      guard families[name]?.series.count ?? 0 < metric.seriesLimit else { return .full }
      guard let series = make(metric, labels) else { return .otherType }
      families[name, default: Family(metric: metric)].series[labels] = series
      return .series(series)
    }
    switch found {
    case .series(let series): return series
    case .full:
      dropped.withLock { $0[name, default: 0] += 1 }
      return nil
    case .otherType: return nil
    }
  }

  private func remove(_ handler: AnyObject) {
    guard let series = handler as? any PrometheusSeries else { return }
    families.withLock { families in
      if families[series.metric]?.series[series.labels] === series {
        families[series.metric]?.series[series.labels] = nil
      }
    }
  }

  // MARK: What is printed

  /// Families by name, series by labels: the same state gives the same text.
  package func exposition() -> String {
    var kept = families.withLock { families in
      families.values.filter { !$0.series.isEmpty }.map { (metric: $0.metric, series: Array($0.series.values)) }
    }
    for (name, count) in dropped.withLock({ $0 }) {
      let series = NumberSeries(Metric.droppedSeries.name, ExpositionText.labels([("metric", name)]))
      series.increment(by: Double(count))
      kept.append((.droppedSeries, [series]))
    }
    for (metric, value) in sources.flatMap({ $0() }) {
      let series = NumberSeries(metric.name, "")
      series.set(value)
      kept.append((metric, [series]))
    }
    var text = ExpositionText()
    var heading = ""
    kept.sort { ($0.metric.name, $0.series[0].labels) < ($1.metric.name, $1.series[0].labels) }
    for (metric, series) in kept {
      if metric.name != heading { text.heading(metric) }
      heading = metric.name
      for one in series.sorted(by: { $0.labels < $1.labels }) { one.write(to: &text) }
    }
    return text.text
  }
}
