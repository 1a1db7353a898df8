import Contracts
import Crypto
import Foundation
import HTTPServer
import NIOCore
import NIOHTTP1
import RPC
import Tokens

/// The cookie by which auth knows a browser that somebody has signed in with before: it lets nobody in, but its owner waits
/// for his own failed sign-ins only. It outlives the session and the sign-out.
enum DeviceCookie {
    static let name = "__Host-ibp-device"
    /// As long as auth knows a device that is not used.
    static let lifetimeSeconds = 180 * 86_400

    static func set(_ secret: some StringProtocol) -> String {
        "\(name)=\(secret); Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=\(lifetimeSeconds)"
    }

    /// The secret that the browser shows; nil when it shows none, or more than one.
    static func shown(_ headers: HTTPHeaders) -> Substring? {
        let secrets = headers["cookie"].flatMap { $0.split(separator: ";") }.compactMap { pair -> Substring? in
            let halves = pair.drop { $0 == " " }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard halves.count == 2, halves[0] == name, Base64URL.decode(halves[1])?.count == 32 else { return nil }
            return halves[1]
        }
        return secrets.count == 1 ? secrets[0] : nil
    }

    /// What auth is told of it.
    static func digest(_ headers: HTTPHeaders) -> String? {
        shown(headers).map { Base64URL.encode(SHA256.hash(data: Data($0.utf8))) }
    }
}
