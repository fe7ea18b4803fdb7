import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Holds one connection to the limits: before its requests are parsed by anybody, and apart from all other connections.
///
/// Ends a body that is too large or too slow with a `RequestFault`, gives answers that say `Connection: close` a moment
/// to be read and closes then, and closes at once where an answer is not read.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  /// How long a client that was told of the end may take to read it, and how much of what he sends meanwhile is
  /// thrown away: closed with data unread, a TCP connection is reset, and the answer may be lost.
  private static let linger = (time: TimeAmount.seconds(1), bytes: 16 << 20)

  private let limits: ServerLimits
  private let bodyLimit: @Sendable (HTTPRequest) -> Int
  private let headTimer: HeadTimer
  private var limit = 0
  private var received = 0
  private var discarded = 0
  /// What arrives is thrown away.
  private var isEnding = false
  private var bodyTimer: Scheduled<Void>?
  private var stallTimer: Scheduled<Void>?
  private var lingerTimer: Scheduled<Void>?

  init(limits: ServerLimits, bodyLimit: @escaping @Sendable (HTTPRequest) -> Int) {
    self.limits = limits
    self.bodyLimit = bodyLimit
    headTimer = HeadTimer(limits.headerTimeout)
  }

  func handlerAdded(context: ChannelHandlerContext) {
    do {
      // In front of TLS too: a handshake that never ends is a head that never comes.
      try context.pipeline.syncOperations.addHandler(headTimer, position: .first)
    } catch {
      context.close(promise: nil)
    }
  }

  func handlerRemoved(context: ChannelHandlerContext) { cancelTimers() }

  func channelInactive(context: ChannelHandlerContext) {
    cancelTimers()
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let part = unwrapInboundIn(data)
    guard !isEnding else { return discard(part, context) }
    switch part {
    case .head(let head):
      headTimer.stop()
      received = 0
      limit = bodyLimit(head)
      context.fireChannelRead(data)
      if head.headerFields[.contentLength].flatMap({ Int($0) }).map({ $0 > limit }) == true {
        end(.bodyTooLarge(limit: limit), context)
      } else {
        startBodyTimer(context)
      }
    case .body(let buffer):
      received += buffer.readableBytes
      if received > limit {
        end(.bodyTooLarge(limit: limit), context)
      } else {
        context.fireChannelRead(data)
      }
    case .end:
      bodyTimer?.cancel()
      bodyTimer = nil
      headTimer.watch()
      context.fireChannelRead(data)
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    context.fireChannelReadComplete()
    // Whoever is behind has stopped to read.
    if isEnding { context.read() }
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let part = unwrapOutboundIn(data)
    switch part {
    case .head(let head) where ParseProblem.isMeant(by: head):
      isEnding = true
      for part in ParseProblem.parts.dropLast() { context.write(wrapOutboundOut(part), promise: nil) }
      context.write(wrapOutboundOut(ParseProblem.parts[ParseProblem.parts.count - 1]), promise: promise)
    case .head(let head):
      if head.headerFields[.connection] == "close" { isEnding = true }
      context.write(data, promise: promise)
    case .body: context.write(data, promise: promise)
    case .end:
      context.write(data, promise: promise)
      if isEnding { startLinger(context) }
    }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable {
      stallTimer?.cancel()
      stallTimer = nil
    } else if stallTimer == nil {
      watchStall(context, pending: pendingBytes(context))
    }
    context.fireChannelWritabilityChanged()
  }

  // MARK: -

  private func end(_ fault: RequestFault, _ context: ChannelHandlerContext) {
    isEnding = true
    bodyTimer?.cancel()
    bodyTimer = nil
    headTimer.stop()
    context.fireErrorCaught(fault)
  }

  private func discard(_ part: HTTPRequestPart, _ context: ChannelHandlerContext) {
    guard case .body(let buffer) = part else { return }
    discarded += buffer.readableBytes
    if discarded > ConnectionGuard.linger.bytes { context.close(promise: nil) }
  }

  private func startBodyTimer(_ context: ChannelHandlerContext) {
    bodyTimer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(limits.bodyTimeout)) {
      self.bodyTimer = nil
      self.end(.bodyTooSlow, context)
    }
  }

  private func startLinger(_ context: ChannelHandlerContext) {
    guard lingerTimer == nil else { return }
    lingerTimer = context.eventLoop.assumeIsolated().scheduleTask(in: ConnectionGuard.linger.time) {
      context.close(promise: nil)
    }
  }

  /// Closes where nothing of an answer went out in a while. An answer that goes out slowly is not stopped.
  private func watchStall(_ context: ChannelHandlerContext, pending: Int?) {
    stallTimer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(limits.writeTimeout)) {
      self.stallTimer = nil
      let left = self.pendingBytes(context)
      guard let pending, let left, left < pending else { return context.close(promise: nil) }
      self.watchStall(context, pending: left)
    }
  }

  private func pendingBytes(_ context: ChannelHandlerContext) -> Int? {
    do {
      return try context.channel.syncOptions?.getOption(.bufferedWritableBytes)
    } catch {
      // A channel that is closed has no such number, and nothing to wait for.
      return nil
    }
  }

  private func cancelTimers() {
    for timer in [bodyTimer, stallTimer, lingerTimer] { timer?.cancel() }
    (bodyTimer, stallTimer, lingerTimer) = (nil, nil, nil)
    headTimer.stop()
  }
}
