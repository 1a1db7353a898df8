import Crypto
import Foundation
import SwiftASN1
import X509

/// What one service shows to the others.
struct ServiceCertificate: Sendable {
    var certificate: Certificate
    var key: P256.Signing.PrivateKey

    /// True when more than a third of the life is left, the key fits and the names are those that are wanted.
    func isGood(for names: [String], now: Date) -> Bool {
        certificate.publicKey == Certificate.PublicKey(key.publicKey) && Set(certificate.dnsNames) == Set(names)
            && Validity(certificate).isFresh(now: now)
    }
}

/// From when to when a certificate may be used.
struct Validity: Sendable {
    var start: Date
    var end: Date

    static func seconds(days: Int) -> TimeInterval { TimeInterval(days) * 86_400 }

    init(start: Date, end: Date) {
        self.start = start
        self.end = end
    }

    init(_ certificate: Certificate) {
        self.init(start: certificate.notValidBefore, end: certificate.notValidAfter)
    }

    /// True while more than a third is left, so that whoever renews weekly never comes late.
    func isFresh(now: Date) -> Bool { end.timeIntervalSince(now) > end.timeIntervalSince(start) / 3 }

    /// Whole days; negative after the end.
    func daysLeft(now: Date) -> Int { Int((end.timeIntervalSince(now) / 86_400).rounded(.down)) }
}

extension Certificate {
    var dnsNames: [String] {
        let names = try? extensions.subjectAlternativeNames
        return names?.compactMap { if case .dnsName(let name) = $0 { name } else { nil } } ?? []
    }
}
