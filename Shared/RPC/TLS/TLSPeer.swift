import NIOCore
import NIOSSL

/// Who is at the other end of a TLS connection: the DNS names of its verified certificate.
struct TLSPeer: Sendable, Equatable {
    /// In lower case; at least one, and no wildcards.
    let names: Set<String>

    /// Call on the event loop when `TLSUserEvent.handshakeCompleted` arrives, with the protocol it carries.
    init(
        afterHandshake negotiatedProtocol: String?, in pipeline: ChannelPipeline.SynchronousOperations
    ) throws(TLSPeerError) {
        guard negotiatedProtocol == TLSIdentity.applicationProtocol else {
            throw .wrongProtocol(negotiatedProtocol ?? "none")
        }
        guard let certificate = try? pipeline.nioSSL_peerCertificate() else { throw .noCertificate }
        try self.init(certificate)
    }

    init(_ certificate: NIOSSLCertificate) throws(TLSPeerError) {
        var names: Set<String> = []
        for name in certificate._subjectAlternativeNames() where name.nameType == .dnsName {
            let text = String(decoding: name.contents, as: UTF8.self).lowercased()
            guard !text.contains("*") else { throw .wildcard(text) }
            names.insert(text)
        }
        guard !names.isEmpty else { throw .noNames }
        self.names = names
    }

    func require(_ service: String) throws(TLSPeerError) {
        guard names.contains(service) else { throw .anotherPeer(expected: service, names: names.sorted()) }
    }
}

/// Why a certificate that the authority issued is refused all the same.
package enum TLSPeerError: Error, Equatable, CustomStringConvertible {
    case wrongProtocol(String)
    case noCertificate
    case noNames
    case wildcard(String)
    case anotherPeer(expected: String, names: [String])

    package var description: String {
        switch self {
        case .wrongProtocol(let name): "the peer speaks \(name), not \(TLSIdentity.applicationProtocol)"
        case .noCertificate: "the peer showed no certificate"
        case .noNames: "it holds no DNS name"
        case .wildcard(let name): "it holds the wildcard \(name), but must name its service"
        case .anotherPeer(let expected, let names):
            "expected \(expected), but the certificate is of \(names.joined(separator: ", "))"
        }
    }
}
