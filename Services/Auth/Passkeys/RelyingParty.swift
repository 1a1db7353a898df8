import Crypto
import Foundation
import ServiceKit

/// The site that passkeys are for: its id, a domain, and the origins of the pages that may use them.
struct RelyingParty: Sendable {
    static let originsMax = 16
    /// Shown by browsers and authenticators.
    static let name = "IBPipeline"

    let id: String
    /// As browsers write them (RFC 6454 section 6.2), so that they are compared byte by byte.
    let origins: [String]
    /// As authenticators write it.
    let hash: [UInt8]

    /// - Parameters:
    ///   - origins: such as `https://deals.bank.example`; plain http for localhost alone, as browsers have it.
    ///   - id: the host of the first origin when nil. Every origin's host must be it or a subdomain of it (WebAuthn level 2,
    ///     section 5.1.3).
    init(origins: [some StringProtocol], id: String? = nil) throws(SettingsError) {
        guard (1...Self.originsMax).contains(origins.count) else {
            throw SettingsError("IBP_PASSKEY_ORIGINS must name 1 to \(Self.originsMax) origins")
        }
        var parsed: [Origin] = []
        for text in origins {
            guard let origin = Origin(String(text)) else {
                throw SettingsError(
                    "IBP_PASSKEY_ORIGINS: \(text) is no origin such as https://deals.bank.example or "
                        + "http://localhost:8080; addresses have no passkeys")
            }
            parsed.append(origin)
        }
        let domain = id ?? parsed[0].host
        guard Origin.isDomain(domain) else {
            throw SettingsError("IBP_PASSKEY_RP_ID: \(domain) is no domain in lower case such as bank.example")
        }
        if let stranger = parsed.first(where: { $0.host != domain && !$0.host.hasSuffix("." + domain) }) {
            throw SettingsError(
                "IBP_PASSKEY_ORIGINS: \(stranger.text) is neither on \(domain) nor on a subdomain of it; see "
                    + "IBP_PASSKEY_RP_ID")
        }
        self.id = domain
        self.origins = parsed.map(\.text)
        hash = Array(SHA256.hash(data: Data(domain.utf8)))
    }

    /// Nil when no origin is set: then there are no passkeys.
    static func read(_ reader: inout SettingsReader) throws -> RelyingParty? {
        let origins = try reader.optionalString(
            "passkey.origins",
            "origins of the pages on which people use passkeys, such as https://deals.bank.example; none when not set")
        let id = try reader.optionalString(
            "passkey.rp.id", "domain that passkeys are for; the host of the first origin when not set")
        guard let origins else {
            guard id == nil else { throw SettingsError("IBP_PASSKEY_RP_ID is set, but IBP_PASSKEY_ORIGINS is not") }
            return nil
        }
        return try RelyingParty(
            origins: origins.split(separator: ",", omittingEmptySubsequences: false).map {
                $0.trimmingCharacters(in: .whitespaces)
            }, id: id)
    }
}

/// Scheme, host and port, in their one spelling.
private struct Origin {
    let text: String
    let host: String

    /// Nil for anything but a domain, with or without a port, under https; under http only localhost.
    init?(_ text: String) {
        guard let (scheme, standardPort) = [("https://", 443), ("http://", 80)].first(where: { text.hasPrefix($0.0) })
        else { return nil }
        let parts = text.dropFirst(scheme.count).split(separator: ":", omittingEmptySubsequences: false)
        guard let host = parts.first?.lowercased(), parts.count <= 2, Self.isDomain(host),
            scheme == "https://" || host == "localhost"
        else { return nil }
        self.host = host
        guard parts.count == 2 else {
            self.text = scheme + host
            return
        }
        guard parts[1].first != "0", parts[1].allSatisfy({ ("0"..."9").contains($0) }), let port = UInt16(parts[1])
        else { return nil }
        self.text = scheme + host + (port == standardPort ? "" : ":\(port)")
    }

    /// RFC 1123 section 2.1, in lower case. A last label of digits would make it an address.
    static func isDomain(_ text: String) -> Bool {
        let labels = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return text.utf8.count <= 253 && labels.last?.allSatisfy({ (0x30...0x39).contains($0) }) == false
            && labels.allSatisfy { label in
                (1...63).contains(label.count) && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
                    && label.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
            }
    }
}
