import Contracts
import Crypto
import Foundation
import Storage

/// The codes of an authenticator app (RFC 6238): HMAC-SHA-1 over the number of the half minute, because that is what all
/// apps know.
struct TOTP: Sendable {
    /// RFC 4226 section 4, R6: 160 bits.
    static let secretBytes = 20
    static let periodSeconds: Int64 = 30
    /// A clock may be so many steps ahead or behind (RFC 6238 section 5.2).
    static let driftSteps: Int64 = 1

    static let digitCount = 6

    let secret: Data

    init(secret: Data = .random(count: secretBytes)) { self.secret = secret }

    static func step(at now: Instant) -> Int64 { now.milliseconds / (1000 * periodSeconds) }

    /// RFC 4226 section 5.3.
    func code(at step: Int64) -> String {
        let counter = withUnsafeBytes(of: step.bigEndian) { Data($0) }
        let mac = Array(HMAC<Insecure.SHA1>.authenticationCode(for: counter, using: SymmetricKey(data: secret)))
        let offset = Int(mac[19] & 15)
        let number = mac[offset..<(offset + 4)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
        let text = String(number % 1_000_000)
        return String(repeating: "0", count: Self.digitCount - text.count) + text
    }

    /// The step whose code this is, nil when it is none of those that count now. A code is good once (RFC 6238 section 5.2),
    /// so steps up to the one that was used last do not count.
    func step(of code: String, at now: Instant, after used: Int64?) -> Int64? {
        let current = Self.step(at: now)
        var found: Int64?
        // All are compared, so that the time does not tell which one it was.
        for step in (current - Self.driftSteps)...(current + Self.driftSteps)
        where ConstantTime.areEqual(self.code(at: step).utf8, code.utf8) && step > used ?? .min {
            found = found ?? step
        }
        return found
    }

    /// The digits of a code as people type it, with spaces; nil when it can be none.
    static func digits(of text: String) -> String? {
        let digits = text.filter { $0 != " " }
        guard digits.utf8.count == digitCount, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return digits
    }
}
