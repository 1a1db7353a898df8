import Crypto
package import Foundation
import NIOCore
import NIOFoundationEssentialsCompat

/// What both sides prove that they hold, before the first call and without sending it; `Greeting.swift` has the steps.
/// A proof is HMAC-SHA256(secret, role ‖ client's nonce ‖ server's nonce ‖ client's name ‖ 0 ‖ server's name). Under mutual
/// TLS there are no proofs: each name must stand in its side's certificate.
package struct HandshakeSecret: Sendable {
    private let key: SymmetricKey

    package static let bytesMin = 32

    /// Nil when shorter than 32 bytes.
    package init?(_ bytes: some ContiguousBytes & Collection<UInt8>) {
        guard bytes.count >= Self.bytesMin else { return nil }
        key = SymmetricKey(data: bytes)
    }

    func proof(of role: HandshakeRole, _ names: HandshakeNames) -> Data {
        Data(HMAC<SHA256>.authenticationCode(for: names.transcript(role), using: key))
    }

    func isProof(_ proof: Data, of role: HandshakeRole, _ names: HandshakeNames) -> Bool {
        HMAC<SHA256>.isValidAuthenticationCode(proof, authenticating: names.transcript(role), using: key)
    }
}

enum HandshakeRole: String { case client, server }

struct HandshakeNames {
    var clientNonce: Data
    var serverNonce: Data
    var client: String
    var server: String

    func transcript(_ role: HandshakeRole) -> Data {
        Data(role.rawValue.utf8) + clientNonce + serverNonce + Data(client.utf8) + [0] + Data(server.utf8)
    }

    static func nonce() -> Data {
        var random = SystemRandomNumberGenerator()
        return Data((0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) })
    }
}

/// The body of the handshake's frames. Fields that a reader does not know are skipped.
struct Hello: Codable {
    static let magic = "IBPRPC01"
    static let nonceBytes = 32

    var magic = Self.magic
    var versionMin: UInt8 = Frame.version
    var versionMax: UInt8 = Frame.version
    /// Of a HELLO_ACK: the version that both speak from here on.
    var version: UInt8?
    var service: String
    var build: String?
    /// Tells builds with different method tables apart. The table only ever grows, so such peers still understand each other.
    var tableHash: String?
    var nonce: Data?
    var proof: Data?
    var frameBytesMax: Int
    var inFlightMax: Int

    init(service: String, limits: RPCLimits) {
        self.service = service
        frameBytesMax = limits.frameBytesMax
        inFlightMax = limits.inFlightMax
    }

    init(_ frame: Frame) throws {
        guard let hello = try? JSONDecoder().decode(Hello.self, from: Data(frame.body.readableBytesView)) else {
            throw FrameError.handshake("the peer's greeting cannot be read")
        }
        guard hello.magic == Self.magic else { throw FrameError.handshake("the peer speaks another protocol") }
        guard hello.versionMin <= hello.versionMax, hello.commonVersion != nil else {
            throw FrameError.handshake(
                "no common version: the peer speaks \(hello.versionMin) to \(hello.versionMax), this side \(Frame.version)"
            )
        }
        guard hello.frameBytesMax >= Frame.headerBytes, hello.inFlightMax >= 1 else {
            throw FrameError.handshake("the peer's limits leave no room for a call")
        }
        self = hello
    }

    /// The highest version that both sides speak; this side speaks one.
    var commonVersion: UInt8? { (versionMin...versionMax).contains(Frame.version) ? Frame.version : nil }

    func frame(_ kind: Frame.Kind) throws -> Frame { Frame(kind, body: ByteBuffer(data: try StrictJSON.encode(self))) }
}
