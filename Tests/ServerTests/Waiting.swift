import Testing

/// Waits until something is so, at most 20 s: the tests' machines are slow.
func eventually(_ what: Comment, _ condition: () async throws -> Bool) async throws {
  let clock = ContinuousClock()
  let end = clock.now + .seconds(20)
  while clock.now < end {
    if try await condition() { return }
    try await Task.sleep(for: .milliseconds(20))
  }
  Issue.record(what)
}
