import Crypto
import Foundation
import Logging
import NIOCore
import NIOEmbedded
import NIOSSL
import NIOTLS
import SwiftASN1
import Synchronization
import X509

@testable import RPC

/// Issues certificates for the length of a test.
struct TestAuthority {
    let key = P256.Signing.PrivateKey()
    let certificate: Certificate

    init(isAuthority: Bool = true, lasting life: TimeInterval = 3600) throws {
        let name = try DistinguishedName { CommonName("test authority") }
        let publicKey = Certificate.PublicKey(key.publicKey)
        certificate = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: publicKey,
            notValidBefore: .now.addingTimeInterval(-7200), notValidAfter: .now.addingTimeInterval(life), issuer: name,
            subject: name, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                if isAuthority {
                    Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                } else {
                    Critical(BasicConstraints.notCertificateAuthority)
                }
                Critical(KeyUsage(keyCertSign: isAuthority))
                // All of them have one name, as development authorities have; the key's identifier tells them apart.
                SubjectKeyIdentifier(hash: publicKey)
            }, issuerPrivateKey: .init(key))
    }

    func issue(_ names: [GeneralName], from: TimeInterval = -60, lasting life: TimeInterval = 3600) throws
        -> (certificate: String, key: String)
    {
        let own = P256.Signing.PrivateKey()
        let certificate = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: .init(own.publicKey),
            notValidBefore: .now.addingTimeInterval(from), notValidAfter: .now.addingTimeInterval(life),
            issuer: certificate.subject, subject: try DistinguishedName { CommonName("test service") },
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                try ExtendedKeyUsage([.serverAuth, .clientAuth])
                AuthorityKeyIdentifier(keyIdentifier: SubjectKeyIdentifier(hash: .init(key.publicKey)).keyIdentifier)
                if !names.isEmpty { SubjectAlternativeNames(names) }
            }, issuerPrivateKey: .init(key))
        return (try certificate.serializeAsPEM().pemString, own.pemRepresentation)
    }
}

/// A folder with the TLS files of one service.
final class TLSFolder: Sendable {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("ibp-tls-\(UUID().uuidString)").path

    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

    /// With a certificate of these DNS names.
    convenience init(_ names: String..., of authority: TestAuthority) throws {
        try self.init()
        try issue(names.map { .dnsName($0) }, of: authority)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var files: TLSIdentity.Files {
        .init(certificate: path + "/tls.pem", key: path + "/tls.key", authority: path + "/authority.pem")
    }

    func issue(
        _ names: [GeneralName], of authority: TestAuthority, from: TimeInterval = -60, lasting life: TimeInterval = 3600
    ) throws {
        let issued = try authority.issue(names, from: from, lasting: life)
        try write(issued.key, to: files.key)
        try write(issued.certificate, to: files.certificate)
        try write(authority.certificate.serializeAsPEM().pemString, to: files.authority)
    }

    /// Replaces the file, as an operator's tool would.
    func write(_ text: String, to file: String) throws {
        try text.write(toFile: file, atomically: true, encoding: .utf8)
    }

    func identity(_ logger: Logger = Loopback.quiet) throws -> TLSIdentity { try TLSIdentity(files, logger: logger) }
}

/// Counts what is logged, by level.
struct LevelRecorder: LogHandler {
    final class Levels: Sendable {
        private let levels = Mutex<[Logger.Level]>([])

        func note(_ level: Logger.Level) { levels.withLock { $0.append(level) } }
        func count(_ level: Logger.Level) -> Int { levels.withLock { $0.count { $0 == level } } }
    }

    let levels: Levels
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { levels.note(event.level) }
}

/// One handshake in memory, as far as it goes. On the thread of the test.
struct TLSHandshake {
    let client: TLSEnd
    let server: TLSEnd

    init(client: NIOSSLClientHandler, server: NIOSSLServerHandler) throws {
        self.client = try TLSEnd(client)
        self.server = try TLSEnd(server)
        try self.server.connect()
        try self.client.connect()
        var isMoving = true
        while isMoving {
            let there = try self.client.move(to: self.server)
            let back = try self.server.move(to: self.client)
            isMoving = there || back
        }
    }

    init(_ client: TLSIdentity, expecting service: String, _ server: TLSIdentity) throws {
        try self.init(client: client.clientHandler(expecting: service), server: server.serverHandler())
    }
}

struct TLSEnd {
    private let channel = EmbeddedChannel()
    private let watcher = Watcher()

    fileprivate init(_ handler: NIOSSLHandler) throws {
        try channel.pipeline.syncOperations.addHandlers([handler, watcher])
    }

    /// What the end learned when its handshake was complete; nil when it never was.
    var peer: Result<TLSPeer, any Error>? { watcher.peer }
    var errors: [any Error] { watcher.errors }
    var isClosed: Bool { !channel.isActive }

    fileprivate func connect() throws {
        channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1), promise: nil)
    }

    fileprivate func move(to other: TLSEnd) throws -> Bool {
        var hasMoved = false
        while let bytes = try channel.readOutbound(as: ByteBuffer.self) {
            hasMoved = true
            if other.channel.isActive { try other.channel.writeInbound(bytes) }
        }
        return hasMoved
    }

    private final class Watcher: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        var peer: Result<TLSPeer, any Error>?
        var errors: [any Error] = []

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            guard case .handshakeCompleted(let name)? = event as? TLSUserEvent else { return }
            peer = Result { try TLSPeer(afterHandshake: name, in: context.pipeline.syncOperations) }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { errors.append(error) }
    }
}
