/// Time since a moment, by a clock whose instants nobody else needs to know.
struct Stopwatch: Sendable {
  private let measure: @Sendable () -> Duration

  init(_ clock: any Clock<Duration>) { self.init(of: clock) }

  private init<Kind: Clock<Duration>>(of clock: Kind) {
    let start = clock.now
    measure = { start.duration(to: clock.now) }
  }

  var elapsed: Duration { measure() }
}
