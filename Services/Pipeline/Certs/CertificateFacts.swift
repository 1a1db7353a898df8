import Crypto
import Foundation
import SwiftASN1
import X509

/// What an operator wants to know of a certificate.
struct CertificateFacts: Encodable, Equatable {
    var subject: String
    var names: [String]
    var issuer: String
    var notBefore: Date
    var notAfter: Date
    /// Whole days; negative after the end.
    var daysLeft: Int
    /// SHA-256 of the certificate in DER, as openssl prints it.
    var fingerprint: String

    init(_ certificate: Certificate, now: Date) {
        subject = "\(certificate.subject)"
        names = certificate.dnsNames
        issuer = "\(certificate.issuer)"
        notBefore = certificate.notValidBefore
        notAfter = certificate.notValidAfter
        daysLeft = Validity(certificate).daysLeft(now: now)
        fingerprint = Self.fingerprint(certificate)
    }

    /// Empty when the certificate cannot be written as DER, which it came from.
    private static func fingerprint(_ certificate: Certificate) -> String {
        var serializer = DER.Serializer()
        guard (try? serializer.serialize(certificate)) != nil else { return "" }
        return SHA256.hash(data: serializer.serializedBytes).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined(separator: ":")
    }

    var lines: [String] {
        [
            "subject      \(subject)", "names        \(names.isEmpty ? "none" : names.joined(separator: ", "))",
            "issuer       \(issuer)",
            "valid        \(notBefore.formatted(.iso8601)) to \(notAfter.formatted(.iso8601))",
            daysLeft < 0 ? "days left    expired" : "days left    \(daysLeft)", "fingerprint  \(fingerprint)",
        ]
    }
}

extension JSONEncoder {
    /// For people and scripts alike.
    static var forOperators: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return encoder
    }
}
