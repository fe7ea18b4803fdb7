import Testing
import VMControlClient

@Suite struct ResponseParserTests {
  private struct Read: Hashable {
    var heads: [HTTPResponseHead] = []
    var body: [UInt8] = []
    var ends = 0

    var text: String { String(decoding: body, as: UTF8.self) }
  }

  private static func read(_ pieces: [ArraySlice<UInt8>], limits: HTTPLimits = HTTPLimits()) throws -> Read {
    var parser = ResponseParser(limits: limits)
    var read = Read()
    for piece in pieces {
      for event in try parser.take(piece) {
        switch event {
        case .head(let head): read.heads.append(head)
        case .body(let bytes): read.body += bytes
        case .end: read.ends += 1
        }
      }
    }
    return read
  }

  private static let whole: [String] = [
    "HTTP/1.1 200 OK\r\nContent-Length: 11\r\nX-A: one\r\nx-a:  two \r\n\r\nhello world",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n5\r\nhello\r\n6;name=\"v\"\r\n world\r\n0\r\nx: y\r\n\r\n",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 \r\ncontent-length: 11\r\n\r\n"
      + "hello world",
  ]

  @Test("an answer is the same wherever it is cut, at every byte and byte by byte", arguments: whole)
  func cuts(_ text: String) throws {
    let bytes = Array(text.utf8)
    let all = try ResponseParserTests.read([bytes[...]])
    #expect(all.text == "hello world" && all.ends == 1 && all.heads.map(\.status) == [200])
    for cut in 1..<bytes.count { #expect(try ResponseParserTests.read([bytes[..<cut], bytes[cut...]]) == all) }
    #expect(try ResponseParserTests.read(bytes.indices.map { bytes[$0...$0] }) == all)
    // What is cut off has not ended.
    for cut in 0..<bytes.count { #expect(try ResponseParserTests.read([bytes[..<cut]]).ends == 0) }
  }

  @Test("fields of one name are one, names are in lower case, 204 and 304 have no body")
  func fields() throws {
    let read = try ResponseParserTests.read([Array(ResponseParserTests.whole[0].utf8)[...]])
    #expect(read.heads.first?.fields == ["content-length": "11", "x-a": "one, two"])
    for status in ["204 No Content", "304 Not Modified"] {
      let empty = try ResponseParserTests.read([Array("HTTP/1.1 \(status)\r\netag: \"7\"\r\n\r\n".utf8)[...]])
      #expect(empty.ends == 1 && empty.body.isEmpty)
    }
  }

  private static let head = "HTTP/1.1 200 OK\r\n"
  private static let malformed: [String] = [
    "HTTP/1.0 200 OK\r\n\r\n", "HTTP/2 200 OK\r\n\r\n", "http/1.1 200 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n",
    "HTTP/1.1 +20 OK\r\n\r\n", "HTTP/1.1 099 X\r\n\r\n", "HTTP/1.1 600 X\r\n\r\n", "HTTP/1.1  200 OK\r\n\r\n",
    "HTTP/1.1\t200 OK\r\n\r\n", "\r\nHTTP/1.1 200 OK\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 200 OK\n\n",
    "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n",
    head + "content-length: 1\n\r\n", head + "\r\n", head + "no colon\r\n\r\n", head + ": empty\r\n\r\n",
    head + "a b: c\r\n\r\n", head + "a : c\r\n\r\n", head + "a: b\r\n folded\r\n\r\n", head + "a: b\u{0}c\r\n\r\n",
    head + "a: b\rc\r\n\r\n", head + "content-length: -1\r\n\r\n", head + "content-length: +1\r\n\r\n",
    head + "content-length: 0x1\r\n\r\n", head + "content-length: 1a\r\n\r\n", head + "content-length:\r\n\r\n",
    head + "content-length: 1, 1\r\n\r\n", head + "content-length: 1\r\ncontent-length: 1\r\n\r\n",
    head + "content-length: 99999999999999999999\r\n\r\n",
    head + "content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n",
    head + "transfer-encoding: gzip, chunked\r\n\r\n", head + "transfer-encoding: identity\r\n\r\n",
    head + "transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n",
    head + "content-length: 1\r\n\r\nab", head + "content-length: 0\r\n\r\nHTTP/1.1 200 OK\r\n",
    head + "transfer-encoding: chunked\r\n\r\n-1\r\n", head + "transfer-encoding: chunked\r\n\r\n\r\n",
    head + "transfer-encoding: chunked\r\n\r\n5 \r\n", head + "transfer-encoding: chunked\r\n\r\n+5\r\n",
    head + "transfer-encoding: chunked\r\n\r\n0x5\r\n", head + "transfer-encoding: chunked\r\n\r\nfffffffff\r\n",
    head + "transfer-encoding: chunked\r\n\r\n1\r\nab\r\n", head + "transfer-encoding: chunked\r\n\r\n1\r\na\n",
    head + "transfer-encoding: chunked\r\n\r\n0\r\n\r\nmore",
  ]

  @Test("what can be read two ways is refused, wherever it is cut", arguments: malformed)
  func refused(_ text: String) {
    let bytes = Array(text.utf8)
    #expect(throws: ResponseParser.Fault.self) { try ResponseParserTests.read([bytes[...]]) }
    #expect(throws: ResponseParser.Fault.self) { try ResponseParserTests.read(bytes.indices.map { bytes[$0...$0] }) }
  }

  @Test("a head that never ends and too many fields are refused before they fill the memory")
  func limits() {
    var limits = HTTPLimits()
    limits.head = 200
    limits.fields = 3
    let long = Array((ResponseParserTests.head + "a: " + String(repeating: "x", count: 200)).utf8)
    #expect(throws: ResponseParser.Fault.self) { try ResponseParserTests.read([long[...]], limits: limits) }
    let many = Array((ResponseParserTests.head + "a: b\r\nc: d\r\ne: f\r\ng: h\r\n").utf8)
    #expect(throws: ResponseParser.Fault.self) { try ResponseParserTests.read([many[...]], limits: limits) }
    let trailers = Array(
      (ResponseParserTests.head + "transfer-encoding: chunked\r\n\r\n0\r\n" + String(repeating: "a: b\r\n", count: 40))
        .utf8)
    #expect(throws: ResponseParser.Fault.self) { try ResponseParserTests.read([trailers[...]], limits: limits) }
  }

  @Test("whatever comes, the parser ends with an answer or a fault, and never takes more than was sent")
  func noise() {
    var seed: UInt64 = 0x9e37_79b9_7f4a_7c15
    func next() -> UInt64 {
      seed ^= seed << 13
      seed ^= seed >> 7
      seed ^= seed << 17
      return seed
    }
    for _ in 0..<4_000 {
      var bytes = Array(ResponseParserTests.whole[Int(next() % 3)].utf8)
      for _ in 0...(next() % 3) {
        let place = Int(next() % UInt64(bytes.count))
        switch next() % 3 {
        case 0: bytes[place] = UInt8(truncatingIfNeeded: next())
        case 1: bytes.remove(at: place)
        default: bytes.insert(UInt8(truncatingIfNeeded: next()), at: place)
        }
      }
      do {
        let read = try ResponseParserTests.read([bytes[...]])
        #expect(read.ends <= 1 && read.body.count <= bytes.count)
      } catch {
        #expect(error is ResponseParser.Fault)
      }
    }
  }
}
