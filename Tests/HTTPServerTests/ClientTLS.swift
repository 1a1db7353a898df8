import NIOCore
import NIOSSL
import NIOTLS
import Synchronization

/// The client's side of TLS, and what came out of the last handshake.
final class ClientTLS: Sendable {
    struct Outcome {
        var applicationProtocol: String?
        var version: TLSVersion?
        var certificate: [UInt8]
    }

    private let context: NIOSSLContext
    private let seen = Mutex<Outcome?>(nil)

    init(trusting authority: TestAuthority, _ change: (inout TLSConfiguration) -> Void = { _ in }) throws {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .certificates([try NIOSSLCertificate(bytes: authority.derBytes, format: .der)])
        configuration.shutdownTimeout = .milliseconds(100)
        change(&configuration)
        context = try NIOSSLContext(configuration: configuration)
    }

    /// nil until a handshake is complete.
    var outcome: Outcome? { seen.withLock { $0 } }

    func addHandlers(to pipeline: ChannelPipeline.SynchronousOperations) throws {
        try pipeline.addHandler(NIOSSLClientHandler(context: context, serverHostname: "localhost"))
        try pipeline.addHandler(Watcher(self))
    }

    private final class Watcher: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let owner: ClientTLS

        init(_ owner: ClientTLS) { self.owner = owner }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case .handshakeCompleted(let name)? = event as? TLSUserEvent {
                let pipeline = context.pipeline.syncOperations
                let outcome = Outcome(
                    applicationProtocol: name, version: try? pipeline.nioSSL_tlsVersion(),
                    certificate: (try? pipeline.nioSSL_peerCertificate()?.toDERBytes()) ?? [])
                owner.seen.withLock { $0 = outcome }
            }
            context.fireUserInboundEventTriggered(event)
        }
    }
}
