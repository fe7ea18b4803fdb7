import Libvirt
import Testing
import Vocabulary

@Suite struct EventFanoutTests {
  private func event(_ number: Int) -> HypervisorEvent {
    .domain(
      DomainEvent(uuid: DomainUUID(high: 0, low: UInt64(number)), name: "d", kind: .deviceAdded(alias: "ua-\(number)")))
  }

  @Test func `every stream gets every event, in order`() async {
    let fanout = EventFanout()
    let streams = [fanout.stream(), fanout.stream()]
    for number in 0..<5 { fanout.send(event(number)) }
    fanout.finish(.endOfFile)
    let wanted = (0..<5).map(event) + [.closed(.endOfFile)]
    for stream in streams { #expect(await stream.reduce(into: []) { $0.append($1) } == wanted) }
  }

  @Test func `whoever falls behind is told to look at everything, and hears again what comes after`() async {
    let fanout = EventFanout(capacity: 4)
    let stream = fanout.stream()
    for number in 0..<10 { fanout.send(event(number)) }
    var iterator = stream.makeAsyncIterator()
    for wanted in [event(0), event(1), event(2), .resync] { #expect(await iterator.next() == wanted) }
    fanout.send(event(11))
    #expect(await iterator.next() == event(11))
  }

  @Test func `a full stream ends all the same`() async {
    let fanout = EventFanout(capacity: 2)
    let stream = fanout.stream()
    for number in 0..<5 { fanout.send(event(number)) }
    fanout.finish(.keepalive)
    #expect(await stream.reduce(into: []) { $0.append($1) } == [event(0), .resync])
  }

  @Test func `a stream after the end is at its end`() async {
    let fanout = EventFanout()
    fanout.finish(.client)
    #expect(await fanout.stream().reduce(into: []) { $0.append($1) } == [])
  }

  // Cancelling holds the reading task's lock and wants the fan-out's; sending wants the task's.
  @Test(.timeLimit(.minutes(1))) func `readers that are cancelled while events come in block nobody`() async {
    let fanout = EventFanout()
    let sender = Task.detached {
      while !Task.isCancelled {
        fanout.send(self.event(0))
        // One of two cooperative threads: kept for itself, it starves every other test of the run.
        await Task.yield()
      }
    }
    for _ in 0..<2000 {
      let stream = fanout.stream()
      let reader = Task { for await _ in stream {} }
      await Task.yield()
      reader.cancel()
      await reader.value
    }
    sender.cancel()
    await sender.value
  }
}
