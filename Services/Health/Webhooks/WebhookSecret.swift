import Foundation
import Storage

/// What an endpoint's messages are signed with: 32 random bytes. People see it once, as `whsec_` and base64.
struct WebhookSecret: Sendable, Hashable {
    private static let prefix = "whsec_"
    private static let byteCount = 32
    /// What the specification allows.
    private static let byteCounts = 24...64

    let bytes: Data

    /// A new one.
    init() { bytes = .random(count: Self.byteCount) }

    init(bytes: Data) { self.bytes = bytes }

    /// Nil when the text is none.
    init?(text: String) {
        guard text.hasPrefix(Self.prefix), let bytes = Data(base64Encoded: String(text.dropFirst(Self.prefix.count))),
            Self.byteCounts.contains(bytes.count)
        else { return nil }
        self.bytes = bytes
    }

    var text: String { Self.prefix + bytes.base64EncodedString() }
}

extension SealedColumn {
    private static let file = "health.sqlite"
    private static let table = "webhook_endpoint"

    static let webhookSecret = SealedColumn(
        file: file, table: table, id: "id", value: "secret", purpose: "webhook_secret")
    static let previousWebhookSecret = SealedColumn(
        file: file, table: table, id: "id", value: "previous_secret", purpose: "previous_webhook_secret")
}

extension SealedStore {
    /// All of health.sqlite: checked at every start, and sealed anew when the key changes.
    static func webhooks(_ box: SecretBox) -> SealedStore {
        SealedStore(box: box, columns: [.webhookSecret, .previousWebhookSecret])
    }
}
