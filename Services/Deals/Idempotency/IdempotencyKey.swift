import Contracts
import Foundation
import RPC

/// The client's name for one attempt to do something, with a digest of what it asked for.
struct IdempotencyKey: Sendable {
    static let textBytesMax = 128

    let text: String
    /// SHA-256 of the call, the ids in its path and its input.
    let requestDigest: Data

    /// Nil when the call came without a key.
    init?(_ context: RPCContext) throws(RPCFault) {
        // Calls that do not deduplicate have no digest, and keys mean nothing to them.
        guard let text = context.idempotencyKey, let digest = context.requestDigest else { return nil }
        guard (1...Self.textBytesMax).contains(text.utf8.count), text.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
        else {
            throw .invalid([
                FieldFault(
                    "Idempotency-Key", "invalid", "must have 1 to \(Self.textBytesMax) printable ASCII characters")
            ])
        }
        self.text = text
        requestDigest = digest
    }
}
