import NIOCore

/// Closes a connection on which a request's head has begun and does not end: it sees the first bytes, which nobody
/// behind the parser does.
final class HeadTimer: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private let timeout: Duration
  private var timer: Scheduled<Void>?
  /// Whether the next bytes begin a head.
  private var isWatching = true

  init(_ timeout: Duration) { self.timeout = timeout }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if isWatching, timer == nil {
      timer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(timeout)) { context.close(promise: nil) }
    }
    context.fireChannelRead(data)
  }

  func watch() { isWatching = true }

  func stop() {
    isWatching = false
    timer?.cancel()
    timer = nil
  }
}
