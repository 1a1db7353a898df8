import Foundation
import Logging
package import NIOCore
import NIOPosix
import NIOSSL

extension RPCClient.Configuration {
    /// Makes one connection and lets it go: throws at once what a running client would log only after a while.
    ///
    /// - Parameter limit: for the connection, and again for the greeting.
    /// - Throws: `RPCConnectionError`.
    package func checkConnection(on eventLoop: any EventLoop, within limit: TimeAmount) async throws {
        var once = self
        once.limits.handshakeTimeout = limit
        let quiet = Logger(label: "rpc") { _ in SwiftLogNoOpLogHandler() }
        let link = ClientLink(once, eventLoop: eventLoop, logger: quiet) { _ in }
        let start = NIODeadline.now()
        do {
            let attempt = try await link.connect()
            // A server that closes it first has been reached all the same.
            try? await attempt.channel.close()
        } catch {
            let failure = RPCConnectionError(error)
            // A greeting that takes too long ends as a closed connection.
            if case .refused = failure, NIODeadline.now() - start >= limit { throw RPCConnectionError.timedOut }
            throw failure
        }
    }
}

/// Why a client cannot talk to a server.
package enum RPCConnectionError: Error, Equatable {
    /// Nobody listens there, or there is no way: the system's own words.
    case unreachable(String)
    case timedOut
    case wrongSecret
    /// The name of the service that answered instead.
    case otherPeer(String)
    /// Who answered is no server of this RPC.
    case otherProtocol
    /// One side encrypts and the other does not, or they do not trust each other's certificates.
    case tls(String)
    /// The greeting failed for another reason.
    case refused(String)

    init(_ error: any Error) {
        switch error {
        case FrameError.wrongSecret: self = .wrongSecret
        case FrameError.wrongPeer(_, let found): self = .otherPeer(found)
        case FrameError.handshake(let words): self = .refused(words)
        // The first bytes of a TLS alert (RFC 8446, section 5.1).
        case FrameError.tooLong(let length) where length >> 16 == 0x1503: self = .tls("it expects TLS")
        case is FrameError: self = .otherProtocol
        case let error as NIOSSLError: self = .tls("\(error)")
        case let error as BoringSSLError: self = .tls("\(error)")
        case let error as TLSPeerError: self = .tls("\(error)")
        case ChannelError.connectTimeout: self = .timedOut
        case let error as NIOConnectionError:
            // Every address of the name failed; the first one tells enough.
            if let first = error.connectionErrors.first {
                self.init(first.error)
            } else {
                self = .unreachable("\(error.host) is not known")
            }
        case let error as IOError: self = .unreachable(String(cString: strerror(error.errnoCode)).lowercased())
        default: self = .unreachable("\(error)")
        }
    }
}
