package import HummingbirdCore
package import Logging
package import NIOCore
import NIOSSL

/// TLS in front of a connection, with the certificate of the moment. Hummingbird's own takes one for good.
package struct ReloadableTLSChannel<Base: ServerChildChannel>: ServerChildChannel {
  package typealias Value = Base.Value

  private let base: Base
  private let identity: TLSIdentity

  package init(_ base: Base, _ identity: TLSIdentity) {
    self.base = base
    self.identity = identity
  }

  package func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    channel.eventLoop.makeCompletedFuture {
      try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: identity.context))
    }.flatMap { base.setup(channel: channel, logger: logger) }
  }

  package func handle(value: Value, logger: Logger) async { await base.handle(value: value, logger: logger) }
}

extension HTTPServerBuilder {
  /// HTTP/1.1, behind TLS where there is an identity to show.
  package static func http1(
    configuration: HTTP1Channel.Configuration, behind identity: TLSIdentity?
  ) -> HTTPServerBuilder {
    guard let identity else { return .http1(configuration: configuration) }
    return HTTPServerBuilder { responder in
      ReloadableTLSChannel(HTTP1Channel(responder: responder, configuration: configuration), identity)
    }
  }
}
