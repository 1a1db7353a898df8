import Crypto
import Foundation

/// The head of a message as Standard Webhooks has it: who gets it knows that it is ours, whole, and new.
struct WebhookSignature: Sendable, Hashable {
    /// Of the message, however often it is sent.
    let id: String
    /// Of the attempt: seconds since 1970.
    let timestamp: Int64
    /// One `v1,…` for each secret, with spaces between: whoever has one of the secrets can check.
    let signatures: String

    init(id: String, timestamp: Int64, body: Data, secrets: [WebhookSecret]) {
        self.id = id
        self.timestamp = timestamp
        let signed = Data("\(id).\(timestamp).".utf8) + body
        signatures = secrets.map { secret in
            let code = HMAC<SHA256>.authenticationCode(for: signed, using: SymmetricKey(data: secret.bytes))
            return "v1,\(Data(code).base64EncodedString())"
        }.joined(separator: " ")
    }

    var headers: [(name: String, value: String)] {
        [("webhook-id", id), ("webhook-timestamp", "\(timestamp)"), ("webhook-signature", signatures)]
    }
}
