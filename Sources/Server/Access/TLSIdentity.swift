package import NIOSSL
import Synchronization
package import Vocabulary

/// What a TLS listener shows and asks for: certificate, key, and whose client certificates are believed. Read anew on
/// reload, for connections that are made from then on.
package final class TLSIdentity: Sendable {
  /// What a client must show in the handshake.
  package enum ClientCertificates: Sendable {
    case none
    /// One that does not verify ends the handshake; without one a token must do.
    case optional(authority: String)
    case required(authority: String)
  }

  package let certificatePath: String
  package let keyPath: String
  private let clients: ClientCertificates
  private let current: Mutex<NIOSSLContext>

  /// - Throws: `usage`, with the file that cannot be read or does not fit.
  package init(certificate: String, key: String, clients: ClientCertificates) throws(Problem) {
    certificatePath = certificate
    keyPath = key
    self.clients = clients
    current = Mutex(try TLSIdentity.load(certificate, key, clients))
  }

  package var context: NIOSSLContext { current.withLock { $0 } }

  /// - Throws: as `init`; the old ones are used on.
  package func reload() throws(Problem) {
    let context = try TLSIdentity.load(certificatePath, keyPath, clients)
    current.withLock { $0 = context }
  }

  private static func load(
    _ certificatePath: String, _ keyPath: String, _ clients: ClientCertificates
  ) throws(Problem) -> NIOSSLContext {
    let chain = try reading(certificatePath, "certificate") { try NIOSSLCertificate.fromPEMFile(certificatePath) }
    let key = try reading(keyPath, "key") { try NIOSSLPrivateKey(file: keyPath, format: .pem) }
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
    configuration.minimumTLSVersion = .tlsv12
    configuration.applicationProtocols = ["http/1.1"]
    switch clients {
    case .none: configuration.certificateVerification = .none
    case .optional(let authority):
      configuration.trustRoots = .certificates(try authorities(authority))
      configuration.certificateVerification = .optionalVerification
    case .required(let authority):
      configuration.trustRoots = .certificates(try authorities(authority))
      // A client's address is not what its certificate was issued for.
      configuration.certificateVerification = .noHostnameVerification
    }
    return try reading(certificatePath, "certificate and key") { [configuration] in
      try NIOSSLContext(configuration: configuration)
    }
  }

  private static func authorities(_ path: String) throws(Problem) -> [NIOSSLCertificate] {
    try reading(path, "client CA") { try NIOSSLCertificate.fromPEMFile(path) }
  }

  private static func reading<Value>(
    _ path: String, _ what: String, _ read: () throws -> Value
  ) throws(Problem) -> Value {
    do {
      return try read()
    } catch {
      throw Problem("usage", "the TLS \(what) in \(path) cannot be used", path: path, underlying: "\(error)")
    }
  }
}
