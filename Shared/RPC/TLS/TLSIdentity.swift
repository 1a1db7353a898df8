package import Foundation
package import Logging
import NIOCore
import NIOSSL
import Synchronization

/// The certificate, key and authority of one service, read from PEM files and read again when they change.
///
/// Connections that stand keep what they were made with; every handler made after `refresh` uses the new files.
/// Safe to use from any thread.
package final class TLSIdentity: Sendable {
    /// Paths of PEM files.
    package struct Files: Sendable, Hashable {
        /// The service's own certificate first, then those between it and the authority, if any.
        package var certificate: String
        package var key: String
        /// One or more authorities; peers must hold a certificate of one of them. Two while one replaces the other.
        package var authority: String

        package init(certificate: String, key: String, authority: String) {
            self.certificate = certificate
            self.key = key
            self.authority = authority
        }
    }

    /// The protocol of ALPN, RFC 7301. The number is that of the handshake, not of the frames.
    package static let applicationProtocol = "ibprpc/1"

    private struct State {
        var material: TLSMaterial
        /// How the files looked when they were last read, whether what they held was good or not.
        var stamps: TLSFileStamps
        /// Counts reads, so that a slow one does not replace what a later one found.
        var reads = 0
        /// Why the last read failed, and when it was.
        var failure: (error: TLSIdentityError, time: NIODeadline)?

        /// Files that were no good may become so without a change: a certificate may be valid from a moment to come.
        func wantsRead(_ stamps: TLSFileStamps, now: NIODeadline) -> Bool {
            self.stamps != stamps || failure.map { now >= $0.time + TLSIdentity.retryAfter } ?? false
        }
    }

    private static let retryAfter = TimeAmount.seconds(5)

    private let files: Files
    private let logger: Logger
    private let state: Mutex<State>

    /// - Throws: `TLSIdentityError`, one line that names the file and what is wrong with it.
    package init(_ files: Files, logger: Logger) throws(TLSIdentityError) {
        let (material, stamps) = TLSMaterial.readStable(files)
        self.files = files
        self.logger = logger
        state = Mutex(State(material: try material.get(), stamps: stamps))
    }

    /// When the own certificate ends. Peers refuse it from then on.
    package var expiry: Date { state.withLock { $0.material.expiry } }

    /// Reads the files again when one of them changed. Files that do not fit together are logged once, and the old ones
    /// stay in use; they are looked at again when they change, and every few seconds. Costs three stat(2) calls while
    /// nothing changes; call it before a handler is made.
    package func refresh() { refresh(now: .now()) }

    func refresh(now: NIODeadline) {
        let looked = TLSFileStamps(files)
        let turn: (number: Int, isChanged: Bool)? = state.withLock {
            guard $0.wantsRead(looked, now: now) else { return nil }
            let isChanged = $0.stamps != looked
            $0.stamps = looked
            $0.failure?.time = now
            $0.reads += 1
            return ($0.reads, isChanged)
        }
        guard let turn else { return }
        let (material, stamps) = TLSMaterial.readStable(files)
        let isNews = state.withLock {
            guard $0.reads == turn.number else { return false }
            $0.stamps = stamps
            switch material {
            case .success(let material):
                $0.material = material
                $0.failure = nil
                return true
            case .failure(let error):
                let isOther = $0.failure?.error != error
                $0.failure = (error, now)
                return isOther || turn.isChanged
            }
        }
        guard isNews else { return }
        switch material {
        case .success(let material):
            logger.info("TLS files read again", metadata: ["tls.expiry": "\(material.expiry.formatted(.iso8601))"])
        case .failure(let error):
            logger.error("TLS files are unusable, the old ones stay in use", metadata: ["error": "\(error)"])
        }
    }

    /// For a connection that was accepted: TLS 1.3, and the client must show a certificate of the authority with DNS
    /// names. `TLSPeer` tells the names when the handshake is complete.
    ///
    /// A client's handshake is complete before the server has looked at its certificate, so a client that is refused
    /// sees its connection end after `handshakeCompleted`.
    func serverHandler() -> NIOSSLServerHandler {
        ._makeSSLServerHandler(context: state.withLock { $0.material.server }) { certificate, channel in
            channel.eventLoop.makeCompletedFuture { _ = try TLSPeer(certificate) }
        }
    }

    /// For a connection to `service`, a name as it stands in certificates, in lower case. It is sent as SNI, and the
    /// server's certificate must be of the authority and hold exactly this DNS name.
    func clientHandler(expecting service: String) throws -> NIOSSLClientHandler {
        let context = state.withLock { $0.material.client }
        // NIOSSL's own check of the name lets a wildcard or the server's IP address stand for the service.
        return try ._makeSSLClientHandler(context: context, serverHostname: service) { certificate, channel in
            channel.eventLoop.makeCompletedFuture { try TLSPeer(certificate).require(service) }
        }
    }
}
