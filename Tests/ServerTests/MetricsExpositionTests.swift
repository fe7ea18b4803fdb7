import Control
import CoreMetrics
import Server
import Testing

@Suite struct MetricsExpositionTests {
  private static let count = Metric("test_total", "What was counted.", .counter, labels: ["result"])
  private static let depth = Metric("test_depth", "How deep.", .gauge)
  private static let duration = Metric("test_seconds", "How long.", .histogram([0.1, 1]), labels: ["op"])

  private static func registry() -> PrometheusRegistry { PrometheusRegistry([count, depth, duration]) }

  @Test func `metrics come by name and series by labels, each with its help and its type`() {
    let registry = Self.registry()
    registry.makeTimer(label: "test_seconds", dimensions: [("op", "attach")]).recordNanoseconds(50_000_000)
    registry.makeTimer(label: "test_seconds", dimensions: [("op", "attach")]).recordNanoseconds(1_000_000_000)
    registry.makeTimer(label: "test_seconds", dimensions: [("op", "attach")]).recordNanoseconds(2_500_000_000)
    registry.makeCounter(label: "test_total", dimensions: [("result", "b")]).increment(by: 2)
    _ = registry.makeCounter(label: "test_total", dimensions: [("result", "a")])
    registry.makeRecorder(label: "test_depth", dimensions: [], aggregate: false).record(1.5)
    #expect(
      registry.exposition() == """
        # HELP test_depth How deep.
        # TYPE test_depth gauge
        test_depth 1.5
        # HELP test_seconds How long.
        # TYPE test_seconds histogram
        test_seconds_bucket{op="attach",le="0.1"} 1
        test_seconds_bucket{op="attach",le="1"} 2
        test_seconds_bucket{op="attach",le="+Inf"} 3
        test_seconds_sum{op="attach"} 3.55
        test_seconds_count{op="attach"} 3
        # HELP test_total What was counted.
        # TYPE test_total counter
        test_total{result="a"} 0
        test_total{result="b"} 2

        """)
  }

  @Test func `a backslash, a line feed and a quotation mark in a label are escaped`() {
    let registry = Self.registry()
    registry.makeCounter(label: "test_total", dimensions: [("result", "a\\b\n\"c\" é")]).increment(by: 1)
    #expect(registry.exposition().contains(#"test_total{result="a\\b\n\"c\" é"} 1"# + "\n"))
  }

  @Test func `help is escaped, and quotation marks in it stay`() {
    let registry = PrometheusRegistry([Metric("test_odd", "A \\ and\na \"word\".", .gauge)])
    registry.makeMeter(label: "test_odd", dimensions: []).set(Int64(1))
    #expect(registry.exposition().hasPrefix(#"# HELP test_odd A \\ and\na "word"."# + "\n# TYPE test_odd gauge\n"))
  }

  @Test func `names that Prometheus does not take are made such as it does`() {
    let registry = Self.registry()
    registry.makeCounter(label: "9.http-requests", dimensions: [("status:code", "200")]).increment(by: 1)
    #expect(registry.exposition() == "# TYPE __http_requests counter\n__http_requests{status_code=\"200\"} 1\n")
  }

  @Test(arguments: [
    (0.0, "0"), (1e16, "1e+16"), (1e14, "100000000000000"), (0.25, "0.25"), (.infinity, "+Inf"), (-.infinity, "-Inf"),
    (.nan, "NaN"), (-3, "-3"),
  ])
  func `numbers are spelled so that Prometheus reads them`(_ value: Double, _ text: String) {
    let registry = Self.registry()
    registry.makeRecorder(label: "test_depth", dimensions: [], aggregate: false).record(value)
    #expect(registry.exposition().hasSuffix("test_depth \(text)\n"))
  }

  @Test func `many tasks count into one series, and nothing is lost`() async {
    let registry = Self.registry()
    await withTaskGroup(of: Void.self) { group in
      for task in 0..<8 {
        group.addTask {
          for number in 0..<500 {
            registry.makeCounter(label: "test_total", dimensions: [("result", "\(task % 2)")]).increment(by: 1)
            registry.makeTimer(label: "test_seconds", dimensions: [("op", "a")]).recordNanoseconds(Int64(number))
            if number % 100 == 0 { _ = registry.exposition() }
          }
        }
      }
    }
    let text = registry.exposition()
    #expect(text.contains("test_total{result=\"0\"} 2000\n") && text.contains("test_total{result=\"1\"} 2000\n"))
    #expect(text.contains("test_seconds_count{op=\"a\"} 4000\n"))
  }

  @Test func `a series that is removed is printed no more, and begins anew`() {
    let registry = Self.registry()
    let old = registry.makeRecorder(label: "test_depth", dimensions: [("domain", "web-1")], aggregate: false)
    old.record(Int64(7))
    registry.destroyRecorder(old)
    #expect(registry.exposition() == "")
    let new = registry.makeRecorder(label: "test_depth", dimensions: [("domain", "web-1")], aggregate: false)
    new.record(Int64(8))
    // Who still holds the old one removes nothing of the new one's.
    registry.destroyRecorder(old)
    #expect(registry.exposition().hasSuffix("test_depth{domain=\"web-1\"} 8\n"))
  }

  @Test func `a metric keeps no more series than it may, and says how many it dropped`() {
    let registry = PrometheusRegistry([Metric("test_total", "", .counter, labels: ["result"], seriesLimit: 2)])
    for number in 0..<5 {
      registry.makeCounter(label: "test_total", dimensions: [("result", "\(number)")]).increment(by: 1)
    }
    let lines = registry.exposition().split(separator: "\n").filter { !$0.hasPrefix("#") }
    #expect(
      lines == [
        "test_total{result=\"0\"} 1", "test_total{result=\"1\"} 1",
        "vmctl_metric_series_dropped_total{metric=\"test_total\"} 3",
      ])
  }

  @Test func `what is asked for as another type than it has is measured nowhere, and does no harm`() {
    let registry = Self.registry()
    registry.makeTimer(label: "test_depth", dimensions: []).recordNanoseconds(1)
    registry.makeRecorder(label: "test_seconds", dimensions: [], aggregate: false).record(Int64(1))
    #expect(registry.exposition() == "")
  }

  @Test func `the process says what it holds`() throws {
    let registry = PrometheusRegistry(sources: [ProcessMeters.sample])
    let text = registry.exposition()
    func value(_ name: String) throws -> Double {
      let line = try #require(text.split(separator: "\n").first { $0.hasPrefix(name + " ") })
      return try #require(Double(line.dropFirst(name.count + 1)))
    }
    #expect(try value("process_resident_memory_bytes") > 1_000_000)
    #expect(try value("process_virtual_memory_bytes") >= value("process_resident_memory_bytes"))
    #expect(try value("process_open_fds") >= 3)
    #expect(try value("process_open_fds") <= value("process_max_fds"))
    #expect(try value("process_start_time_seconds") > 1_700_000_000)
    #expect(text.contains("# TYPE process_cpu_seconds_total counter\n"))
  }
}
