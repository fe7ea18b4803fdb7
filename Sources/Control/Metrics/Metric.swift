/// A metric that a daemon exports: its name, what it says, and what Prometheus has to know of it.
package struct Metric: Sendable, Hashable {
  package enum Kind: Sendable, Hashable {
    case counter
    case gauge
    /// The upper bounds of the buckets, ascending, in the metric's unit; `+Inf` is not among them.
    case histogram([Double])
  }

  package let name: String
  /// One sentence, for the line `# HELP`.
  package let help: String
  package let kind: Kind
  package let labels: [String]
  /// How many series are kept; what comes beyond is counted and dropped, so that no label can eat the memory.
  package let seriesLimit: Int

  package init(_ name: String, _ help: String, _ kind: Kind, labels: [String] = [], seriesLimit: Int = 2_000) {
    self.name = name
    self.help = help
    self.kind = kind
    self.labels = labels
    self.seriesLimit = seriesLimit
  }

  /// The metric's labels with their values, in the order of `labels`.
  package func dimensions(_ values: [String]) -> [(String, String)] { Array(zip(labels, values)) }
}
