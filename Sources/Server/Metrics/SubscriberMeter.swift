import Control
package import CoreMetrics

/// How many clients read the stream of events.
package struct SubscriberMeter: Sendable {
  private let gauge: any MeterHandler

  package init(_ factory: any MetricsFactory) {
    gauge = factory.makeMeter(label: Metric.eventSubscribers.name, dimensions: [])
  }

  package func changed(to count: Int) { gauge.set(Int64(count)) }
}
