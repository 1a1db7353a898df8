import Foundation
import Logging
import NIOSSL
import SwiftASN1
import Testing
import X509

@testable import RPC

struct TLSIdentityTests {
    private let authority: TestAuthority
    private let deals: TLSFolder
    private let gateway: TLSFolder

    init() throws {
        authority = try TestAuthority()
        deals = try TLSFolder("deals", of: authority)
        gateway = try TLSFolder("gateway", of: authority)
    }

    @Test func bothSidesLearnWhoThePeerIs() throws {
        let handshake = try TLSHandshake(gateway.identity(), expecting: "deals", deals.identity())
        #expect(try handshake.client.peer?.get().names == ["deals"])
        #expect(try handshake.server.peer?.get().names == ["gateway"])
        #expect(handshake.client.errors.isEmpty && handshake.server.errors.isEmpty)
    }

    @Test func clientWithoutCertificateIsRefused() throws {
        let client = try foreignClient { $0.certificateChain = [] }
        let handshake = try TLSHandshake(client: client, server: deals.identity().serverHandler())
        expectRefusal(by: handshake.server)
        #expect(handshake.client.isClosed)
    }

    @Test func clientOfAnotherAuthorityIsRefused() throws {
        let stranger = try TLSFolder("gateway", of: TestAuthority())
        try stranger.write(authority.certificate.serializeAsPEM().pemString, to: stranger.files.authority)
        let handshake = try TLSHandshake(stranger.identity(), expecting: "deals", deals.identity())
        expectRefusal(by: handshake.server)
        #expect(handshake.client.isClosed)
    }

    @Test func serverOfAnotherAuthorityIsRefused() throws {
        let stranger = try TLSFolder("deals", of: TestAuthority())
        let handshake = try TLSHandshake(gateway.identity(), expecting: "deals", stranger.identity())
        expectRefusal(by: handshake.client)
        expectRefusal(by: handshake.server)
    }

    @Test func serverWithAnotherNameIsRefused() throws {
        let handshake = try TLSHandshake(gateway.identity(), expecting: "auth", deals.identity())
        expectRefusal(by: handshake.client)
    }

    @Test func addressOfTheServerInItsCertificateDoesNotStandForItsName() throws {
        try deals.issue([.dnsName("audit"), .ipAddress(.init(contentBytes: [127, 0, 0, 1]))], of: authority)
        let handshake = try TLSHandshake(gateway.identity(), expecting: "deals", deals.identity())
        expectRefusal(by: handshake.client)
        #expect(
            handshake.client.errors.contains {
                $0 as? TLSPeerError == .anotherPeer(expected: "deals", names: ["audit"])
            })
    }

    @Test func anOlderTLSIsRefused() throws {
        let client = try foreignClient { $0.maximumTLSVersion = .tlsv12 }
        let handshake = try TLSHandshake(client: client, server: deals.identity().serverHandler())
        expectRefusal(by: handshake.server)
    }

    @Test func aPeerThatSpeaksAnotherProtocolIsNoPeer() throws {
        let client = try foreignClient { $0.applicationProtocols = ["h2"] }
        let handshake = try TLSHandshake(client: client, server: deals.identity().serverHandler())
        #expect(throws: TLSPeerError.wrongProtocol("none")) { try handshake.server.peer?.get() }
    }

    @Test func anExpiredClientIsRefused() throws {
        try gateway.issue([.dnsName("gateway")], of: authority, from: -120, lasting: -60)
        let handshake = try TLSHandshake(client: foreignClient { _ in }, server: deals.identity().serverHandler())
        expectRefusal(by: handshake.server)
        #expect(handshake.client.isClosed)
    }

    @Test func anExpiredServerIsRefused() throws {
        try deals.issue([.dnsName("deals")], of: authority, from: -120, lasting: -60)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try chain(deals), privateKey: try key(deals))
        configuration.applicationProtocols = [TLSIdentity.applicationProtocol]
        let server = NIOSSLServerHandler(context: try NIOSSLContext(configuration: configuration))
        let handshake = try TLSHandshake(
            client: gateway.identity().clientHandler(expecting: "deals"), server: server)
        expectRefusal(by: handshake.client)
    }

    @Test func replacedFilesServeTheNextHandshake() throws {
        let server = try deals.identity()
        let client = try gateway.identity()
        let early = client.expiry
        try gateway.issue([.dnsName("operator")], of: authority, lasting: 1800)
        #expect(try TLSHandshake(client, expecting: "deals", server).server.peer?.get().names == ["gateway"])
        client.refresh()
        #expect(try TLSHandshake(client, expecting: "deals", server).server.peer?.get().names == ["operator"])
        #expect(client.expiry < early)
    }

    @Test func anAuthorityIsReplacedWithoutAGap() throws {
        let next = try TestAuthority()
        let both = try [authority, next].map { try $0.certificate.serializeAsPEM().pemString }.joined(separator: "\n")
        let server = try deals.identity()
        try deals.write(both, to: deals.files.authority)
        server.refresh()
        try gateway.write(both, to: gateway.files.authority)
        #expect(
            try TLSHandshake(gateway.identity(), expecting: "deals", server).server.peer?.get().names == ["gateway"])
        try gateway.issue([.dnsName("gateway")], of: next)
        try gateway.write(both, to: gateway.files.authority)
        #expect(
            try TLSHandshake(gateway.identity(), expecting: "deals", server).server.peer?.get().names == ["gateway"])
    }

    @Test func brokenReplacementIsLoggedOnceAndTheOldFilesStay() throws {
        let levels = LevelRecorder.Levels()
        let client = try gateway.identity(Logger(label: "test") { _ in LevelRecorder(levels: levels) })
        let good = try String(contentsOfFile: gateway.files.certificate, encoding: .utf8)
        try gateway.write("no certificate", to: gateway.files.certificate)
        for _ in 0..<3 { client.refresh() }
        #expect(levels.count(.error) == 1)
        let server = try deals.identity()
        #expect(try TLSHandshake(client, expecting: "deals", server).server.peer?.get().names == ["gateway"])
        try FileManager.default.removeItem(atPath: gateway.files.key)
        for _ in 0..<3 { client.refresh() }
        #expect(levels.count(.error) == 2)
        #expect(try TLSHandshake(client, expecting: "deals", server).server.peer?.get().names == ["gateway"])
        #expect(levels.count(.info) == 0)

        try gateway.write(good, to: gateway.files.certificate)
        try gateway.issue([.dnsName("gateway")], of: authority)
        client.refresh()
        #expect(levels.count(.info) == 1)
        #expect(levels.count(.error) == 2)
    }

    /// A client with the gateway's files that is none of ours.
    private func foreignClient(_ change: (inout TLSConfiguration) -> Void) throws -> NIOSSLClientHandler {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .file(gateway.files.authority)
        configuration.certificateChain = try chain(gateway)
        configuration.privateKey = try key(gateway)
        configuration.applicationProtocols = [TLSIdentity.applicationProtocol]
        change(&configuration)
        if configuration.certificateChain.isEmpty { configuration.privateKey = nil }
        return try NIOSSLClientHandler(context: NIOSSLContext(configuration: configuration), serverHostname: "deals")
    }

    private func chain(_ folder: TLSFolder) throws -> [NIOSSLCertificateSource] {
        try NIOSSLCertificate.fromPEMFile(folder.files.certificate).map { .certificate($0) }
    }

    private func key(_ folder: TLSFolder) throws -> NIOSSLPrivateKeySource {
        .privateKey(try NIOSSLPrivateKey(file: folder.files.key, format: .pem))
    }

    private func expectRefusal(by end: TLSEnd, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(end.peer == nil, sourceLocation: sourceLocation)
        #expect(!end.errors.isEmpty, sourceLocation: sourceLocation)
        #expect(end.isClosed, sourceLocation: sourceLocation)
    }
}
