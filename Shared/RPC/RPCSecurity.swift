import Foundation
import NIOCore

/// How two services know each other.
package enum RPCSecurity: Sendable {
    /// Both hold the same secret; what they say is not encrypted.
    case secret(HandshakeSecret)
    /// Mutual TLS: each name must stand in its side's certificate.
    case certificates(TLSIdentity)

    /// TLS has its own.
    var needsChecksums: Bool {
        switch self {
        case .secret: true
        case .certificates: false
        }
    }

    /// Puts TLS before what is added to the pipeline later. On the event loop.
    func secureServer(_ pipeline: ChannelPipeline.SynchronousOperations) throws {
        guard case .certificates(let identity) = self else { return }
        identity.refresh()
        try pipeline.addHandler(identity.serverHandler())
    }

    func secureClient(_ pipeline: ChannelPipeline.SynchronousOperations, expecting service: String) throws {
        guard case .certificates(let identity) = self else { return }
        identity.refresh()
        try pipeline.addHandler(identity.clientHandler(expecting: service))
    }

    func proof(of role: HandshakeRole, _ names: HandshakeNames) -> Data? {
        switch self {
        case .secret(let secret): secret.proof(of: role, names)
        case .certificates: nil
        }
    }

    /// - Parameters:
    ///   - role: whose proof it is.
    ///   - peer: who the other side is by its certificate; nil without TLS.
    func check(_ proof: Data?, of role: HandshakeRole, _ names: HandshakeNames, _ peer: TLSPeer?) throws {
        let name = role == .client ? names.client : names.server
        switch self {
        case .secret(let secret):
            guard let proof, secret.isProof(proof, of: role, names) else {
                throw FrameError.wrongSecret(of: name)
            }
        case .certificates:
            guard let peer, peer.names.contains(name) else {
                throw FrameError.handshake("the certificate is not of \(name)")
            }
        }
    }
}
