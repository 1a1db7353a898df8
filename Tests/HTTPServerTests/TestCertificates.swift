import Crypto
import Foundation
import HTTPServer
import SwiftASN1
import X509

/// Issues server certificates for the length of a test.
struct TestAuthority {
    private let key = P256.Signing.PrivateKey()
    private let certificate: Certificate

    init() throws {
        let name = try DistinguishedName { CommonName("test authority") }
        certificate = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: .init(key.publicKey),
            notValidBefore: .now.addingTimeInterval(-3600), notValidAfter: .now.addingTimeInterval(3600), issuer: name,
            subject: name, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true))
            }, issuerPrivateKey: .init(key))
    }

    var derBytes: [UInt8] { get throws { try certificate.serializeAsPEM().derBytes } }

    /// For `localhost`.
    func issue(lasting life: TimeInterval = 1800) throws -> TestCertificate {
        let own = P256.Signing.PrivateKey()
        let issued = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: .init(own.publicKey),
            notValidBefore: .now.addingTimeInterval(-60), notValidAfter: .now.addingTimeInterval(life),
            issuer: certificate.subject, subject: try DistinguishedName { CommonName("test server") },
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames([.dnsName("localhost")])
            }, issuerPrivateKey: .init(key))
        let document = try issued.serializeAsPEM()
        return TestCertificate(pem: document.pemString, derBytes: document.derBytes, keyPEM: own.pemRepresentation)
    }
}

struct TestCertificate {
    let pem: String
    let derBytes: [UInt8]
    let keyPEM: String
}

/// A folder with a server's certificate and key, gone after the test.
final class CertificateFolder: Sendable {
    private let path = FileManager.default.temporaryDirectory.appendingPathComponent("ibp-\(UUID().uuidString)").path

    init(_ certificate: TestCertificate) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try place(certificate)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var files: ServerCertificate.Files { .init(certificate: path + "/tls.pem", key: path + "/tls.key") }

    func place(_ certificate: TestCertificate) throws {
        try write(certificate.keyPEM, to: files.key)
        try write(certificate.pem, to: files.certificate)
    }

    /// Replaces the file, as an operator's tool would.
    func write(_ text: String, to file: String) throws {
        try text.write(toFile: file, atomically: true, encoding: .utf8)
    }

    func remove(_ file: String) throws { try FileManager.default.removeItem(atPath: file) }
}
