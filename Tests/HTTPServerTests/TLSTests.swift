import Foundation
import HTTPServer
import NIOCore
import NIOHTTP1
import NIOSSL
import Testing

@Suite(.timeLimit(.minutes(1)))
struct TLSTests {
    private static let get = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
    /// The preface, SETTINGS that change nothing, and HEADERS of stream 1: GET https://a/.
    private static let getOverHTTP2: [UInt8] =
        Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0]
        + [0, 0, 6, 1, 5, 0, 0, 0, 1, 0x82, 0x87, 0x84, 0x41, 1, 0x61]
    /// What a client says that knows TLS 1.1 at most: one suite, no compression, no extensions.
    private static let helloOfTLS11: [UInt8] =
        [0x16, 3, 1, 0, 45, 1, 0, 0, 41, 3, 2] + [UInt8](repeating: 7, count: 32) + [0, 0, 2, 0xc0, 0x09, 1, 0]

    private let authority: TestAuthority
    private let folder: CertificateFolder
    private let certificate: ServerCertificate

    init() throws {
        authority = try TestAuthority()
        folder = try CertificateFolder(authority.issue())
        certificate = try ServerCertificate(folder.files)
    }

    /// What a new client learns of the server.
    private func handshake(
        _ server: HTTPServer, _ change: (inout TLSConfiguration) -> Void = { _ in }
    ) async throws -> ClientTLS.Outcome {
        let tls = try ClientTLS(trusting: authority, change)
        let client = try await RawClient(server, tls: tls)
        try await client.send(Self.get)
        #expect(try await client.response().status == 200)
        await client.close()
        return try #require(tls.outcome)
    }

    // MARK: Protocols

    @Test func clientThatOffersBothGetsHTTP2() async throws {
        let handler = RecordingHandler()
        try await withServer(handler, certificate: certificate) { server in
            let tls = try ClientTLS(trusting: authority) { $0.applicationProtocols = ["http/1.1", "h2"] }
            let client = try await RawClient(server, tls: tls)
            try await client.send(Self.getOverHTTP2)
            #expect(await eventually { handler.heads.count == 1 })
            #expect(handler.heads.first?.version == "2")
            #expect(handler.heads.first?.isSecure == true)
            #expect(tls.outcome?.applicationProtocol == "h2")
            await client.close()
        }
    }

    @Test func clientThatOffersTheOldProtocolOrNoneGetsTheOld() async throws {
        let handler = RecordingHandler()
        try await withServer(handler, certificate: certificate) { server in
            let old = try await handshake(server) { $0.applicationProtocols = ["http/1.1"] }
            #expect(old.applicationProtocol == "http/1.1")
            #expect(try await handshake(server).applicationProtocol == nil)
            #expect(handler.heads.map(\.version) == ["1.1", "1.1"])
            #expect(handler.heads.map(\.isSecure) == [true, true])
        }
    }

    @Test func bothCurrentVersionsAreServed() async throws {
        try await withServer(RecordingHandler(), certificate: certificate) { server in
            let older = try await handshake(server) { $0.maximumTLSVersion = .tlsv12 }
            #expect(older.version == .tlsv12)
            let newer = try await handshake(server) { $0.minimumTLSVersion = .tlsv13 }
            #expect(newer.version == .tlsv13)
        }
    }

    @Test func olderVersionIsRefusedByName() async throws {
        let handler = RecordingHandler()
        try await withServer(handler, certificate: certificate) { server in
            let client = try await RawClient(server)
            try await client.send(Self.helloOfTLS11)
            let alert = Array(await client.rest().utf8)
            // RFC 8446 §6: an alert, fatal, protocol_version.
            #expect(alert.first == 0x15)
            #expect(alert.suffix(2) == [2, 70])
            #expect(handler.heads.isEmpty)
        }
    }

    @Test func plainRequestIsNotAnswered() async throws {
        let handler = RecordingHandler()
        try await withServer(handler, certificate: certificate) { server in
            let client = try await RawClient(server)
            try await client.send(Self.get)
            #expect(await !client.rest().contains("HTTP/"))
            #expect(handler.heads.isEmpty)
            #expect(await eventually { server.openConnections == 0 })
        }
    }

    // MARK: Time

    @Test func clientThatDoesNotShakeHandsIsCutOff() async throws {
        for part in [0, 1, 20] {
            try await withServer(RecordingHandler(), certificate: certificate, { $0.headTimeout = .milliseconds(50) }) {
                server in
                let client = try await RawClient(server)
                // On a slow machine it may be cut off already.
                try? await client.send(Array(Self.helloOfTLS11.prefix(part)))
                #expect(await client.rest().isEmpty)
                #expect(await eventually { server.openConnections == 0 })
            }
        }
    }

    /// Such a client does not confirm the end of TLS either.
    @Test func clientThatDoesNotReadIsCutOff() async throws {
        let isOver = Signal()
        let handler = RecordingHandler { _ in
            HTTPResponse(status: .ok, headers: [:]) { writer in
                defer { isOver.fire() }
                while true { try await writer.write(ByteBuffer(repeating: 0x61, count: 64 * 1024)) }
            }
        }
        try await withServer(handler, certificate: certificate, { $0.writeStallTimeout = .seconds(1) }) {
            server in
            let client = try await RawClient(server, tls: ClientTLS(trusting: authority))
            try await client.send(Self.get)
            #expect(try await client.response().status == 200)
            try await client.channel.setOption(.autoRead, value: false).get()
            #expect(await eventually { server.openConnections == 0 })
            await isOver.wait()
            await client.close()
        }
    }

    // MARK: Renewal

    @Test func renewedCertificateServesNewConnectionsAndDropsNoOldOne() async throws {
        let first = try authority.issue()
        let second = try authority.issue(lasting: 900)
        let folder = try CertificateFolder(first)
        let certificate = try ServerCertificate(folder.files)
        let expiry = certificate.expiry
        try await withServer(RecordingHandler(), certificate: certificate) { server in
            let tls = try ClientTLS(trusting: authority)
            let standing = try await RawClient(server, tls: tls)
            try await standing.send(Self.get)
            #expect(try await standing.response().status == 200)
            #expect(tls.outcome?.certificate == first.derBytes)
            #expect(try !certificate.reloadIfChanged())

            try folder.place(second)
            #expect(try await handshake(server).certificate == first.derBytes)
            #expect(try certificate.reloadIfChanged())
            #expect(try !certificate.reloadIfChanged())
            #expect(certificate.expiry < expiry)
            #expect(try await handshake(server).certificate == second.derBytes)

            try await standing.send(Self.get)
            #expect(try await standing.response().status == 200)
            await standing.close()
        }
    }

    @Test func badRenewalLeavesTheOldCertificate() async throws {
        let first = try authority.issue()
        let second = try authority.issue()
        let folder = try CertificateFolder(first)
        let files = folder.files
        let certificate = try ServerCertificate(files)
        try await withServer(RecordingHandler(), certificate: certificate) { server in
            try folder.write("no certificate", to: files.certificate)
            #expect(throws: ServerCertificateError.self) { try certificate.reloadIfChanged() }
            try folder.write(second.pem, to: files.certificate)
            #expect(throws: ServerCertificateError.self) { try certificate.reloadIfChanged() }
            try folder.remove(files.key)
            #expect(throws: ServerCertificateError.self) { try certificate.reloadIfChanged() }
            #expect(try await handshake(server).certificate == first.derBytes)

            try folder.write(second.keyPEM, to: files.key)
            #expect(try certificate.reloadIfChanged())
            #expect(try await handshake(server).certificate == second.derBytes)
        }
    }

    // MARK: Files

    @Test func missingOrBrokenFileIsNamed() throws {
        let files = folder.files
        for name in [files.certificate, files.key] {
            let good = try String(contentsOfFile: name, encoding: .utf8)
            try folder.write("nonsense", to: name)
            #expect(refusal(of: files)?.hasPrefix(name) == true)
            try folder.remove(name)
            #expect(refusal(of: files)?.hasPrefix(name) == true)
            try folder.write(good, to: name)
        }
        #expect(refusal(of: files) == nil)
    }

    @Test func keyOfAnotherCertificateIsNamedWithIt() throws {
        let files = folder.files
        try folder.write(authority.issue().keyPEM, to: files.key)
        #expect(refusal(of: files) == "the key in \(files.key) is not that of \(files.certificate)")
    }

    private func refusal(of files: ServerCertificate.Files) -> String? {
        do {
            _ = try ServerCertificate(files)
            return nil
        } catch {
            return String(describing: error)
        }
    }
}
