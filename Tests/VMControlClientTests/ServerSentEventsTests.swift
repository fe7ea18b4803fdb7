import Testing
import VMControlClient

@Suite struct ServerSentEventsTests {
  private static let stream = """
    \u{feff}: a comment
    retry: 250
    event: intent
    id: 7
    data: {"a":
    data: 1}

    data:  two spaces
    unknown: field

    event: lost

    id
    data

    id: 9
    data: é

    data: never ends
    """

  private static let events = [
    ServerSentEvents.Event(id: "7", type: "intent", data: "{\"a\":\n1}"),
    ServerSentEvents.Event(id: "7", data: " two spaces"),
    ServerSentEvents.Event(id: "", data: ""),
    ServerSentEvents.Event(id: "9", data: "é"),
  ]

  @Test("events are the same wherever the stream is cut, whichever way its lines end", arguments: ["\n", "\r", "\r\n"])
  func cuts(_ end: String) throws {
    let bytes = Array(ServerSentEventsTests.stream.replacing("\n", with: end).utf8)
    for cut in 0...bytes.count {
      var parser = ServerSentEvents(limit: 1_000)
      let events = try parser.take(bytes[..<cut]) + parser.take(bytes[cut...])
      #expect(events == ServerSentEventsTests.events)
      #expect(parser.lastID == "9" && parser.retry == 250)
    }
    var parser = ServerSentEvents(limit: 1_000)
    var events: [ServerSentEvents.Event] = []
    for byte in bytes { events += try parser.take([byte]) }
    #expect(events == ServerSentEventsTests.events)
  }

  @Test("an event that never ends is refused, not kept")
  func limit() {
    for text in ["data: " + String(repeating: "x", count: 200), String(repeating: "data: xxxxxxxxxx\n", count: 20)] {
      var parser = ServerSentEvents(limit: 100)
      #expect(throws: ServerSentEvents.TooLong.self) { try parser.take(Array(text.utf8)) }
    }
  }

  @Test("an id with a zero and a retry that is no number are not taken")
  func ignored() throws {
    var parser = ServerSentEvents(limit: 100, lastID: "3")
    #expect(try parser.take(Array("id: 4\u{0}\nretry: 1s\ndata: x\n\n".utf8)) == [.init(id: "3", data: "x")])
    #expect(parser.retry == nil)
  }

  @Test("lines of a stream are cut at every byte alike, and have a limit")
  func lines() throws {
    let bytes = Array("{\"a\":1}\r\n\n{\"b\":2}\nrest".utf8)
    for cut in 0...bytes.count {
      var splitter = LineSplitter(limit: 20)
      let lines = try splitter.take(Array(bytes[..<cut])) + splitter.take(Array(bytes[cut...]))
      #expect(lines.map { String(decoding: $0, as: UTF8.self) } == ["{\"a\":1}", "{\"b\":2}"])
      #expect(splitter.isInside)
    }
    var splitter = LineSplitter(limit: 4)
    #expect(throws: LineSplitter.TooLong(limit: 4)) { try splitter.take(Array("12345".utf8)) }
  }
}
