import Foundation
import HTTPServer
import Logging
import Metrics

/// Takes over a renewed certificate as soon as its files change. One that cannot be used is reported once, and the old
/// one stays.
struct CertificateWatch: Sendable {
    private static let warningDays = 14

    let certificate: ServerCertificate
    let logger: Logger

    func run() async throws {
        let expiry = Gauge(label: "ibp_https_certificate_expiry_seconds")
        var lastError = ""
        warnOfExpiry()
        while true {
            expiry.record(certificate.expiry.timeIntervalSince1970)
            try await Task.sleep(for: .seconds(1))
            do {
                guard try certificate.reloadIfChanged() else { continue }
                lastError = ""
                logger.notice("new public certificate", metadata: ["tls.expiry": "\(certificate.expiry)"])
                warnOfExpiry()
            } catch {
                guard "\(error)" != lastError else { continue }
                lastError = "\(error)"
                logger.error("the new public certificate cannot be used", metadata: ["error": "\(error)"])
            }
        }
    }

    private func warnOfExpiry() {
        let days = Int(certificate.expiry.timeIntervalSinceNow / 86_400)
        if days < Self.warningDays {
            logger.warning("the public certificate ends soon", metadata: ["tls.days": "\(days)"])
        }
    }
}
