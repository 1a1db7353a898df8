import Crypto
import Foundation
import SwiftASN1
import X509

/// Signs the certificates of one cluster's services. For machines of one owner; a bank's own authority replaces it by
/// writing the same files.
struct DevelopmentAuthority: Sendable {
    static let commonName = "IBPipeline development authority"
    /// Lets machines whose clocks differ a little use a certificate at once.
    static let clockSkew: TimeInterval = 300
    /// Bits of a serial number, RFC 5280 §4.1.2.2 allows 160.
    static let serialBits = 128

    let certificate: Certificate
    let key: P256.Signing.PrivateKey

    /// A new one.
    init(now: Date, days: Int) throws {
        key = P256.Signing.PrivateKey()
        let name = try DistinguishedName { CommonName(Self.commonName) }
        let publicKey = Certificate.PublicKey(key.publicKey)
        certificate = try Certificate(
            version: .v3, serialNumber: Self.randomSerial(), publicKey: publicKey,
            notValidBefore: now - Self.clockSkew, notValidAfter: now + Validity.seconds(days: days), issuer: name,
            subject: name, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true))
                SubjectKeyIdentifier(hash: publicKey)
            }, issuerPrivateKey: .init(key))
    }

    /// The one that the PEM texts hold; nil when they hold none, or do not belong together.
    init?(certificate: String, key: String) {
        guard let certificate = try? Certificate(pemEncoded: certificate),
            let key = try? P256.Signing.PrivateKey(pemRepresentation: key),
            certificate.publicKey == Certificate.PublicKey(key.publicKey),
            case .isCertificateAuthority? = try? certificate.extensions.basicConstraints
        else { return nil }
        self.certificate = certificate
        self.key = key
    }

    /// A certificate with a new key. It ends with the authority at the latest.
    func issue(_ names: [String], now: Date, days: Int) throws -> ServiceCertificate {
        let own = P256.Signing.PrivateKey()
        let publicKey = Certificate.PublicKey(own.publicKey)
        let end = min(now + Validity.seconds(days: days), certificate.notValidAfter)
        let issued = try Certificate(
            version: .v3, serialNumber: Self.randomSerial(), publicKey: publicKey,
            notValidBefore: now - Self.clockSkew, notValidAfter: end, issuer: certificate.subject,
            subject: try DistinguishedName { CommonName(names.first ?? "") }, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth, .clientAuth])
                SubjectAlternativeNames(names.map { .dnsName($0) })
                SubjectKeyIdentifier(hash: publicKey)
                AuthorityKeyIdentifier(
                    keyIdentifier: try certificate.extensions.subjectKeyIdentifier?.keyIdentifier)
            }, issuerPrivateKey: .init(key))
        return ServiceCertificate(certificate: issued, key: own)
    }

    func hasIssued(_ other: Certificate) -> Bool {
        other.issuer == certificate.subject && certificate.publicKey.isValidSignature(other.signature, for: other)
    }

    private static func randomSerial() -> Certificate.SerialNumber {
        var random = SystemRandomNumberGenerator()
        return .init(bytes: (0..<serialBits / 8).map { _ in UInt8.random(in: .min ... .max, using: &random) })
    }
}
