import Contracts
import Crypto
import Foundation
import RPC

/// The client's name for one attempt to create a deal, with a digest of what it asked for.
struct IdempotencyKey: Sendable {
    static let textBytesMax = 128

    let text: String
    /// SHA-256 of the request with sorted keys, so that the order of the fields does not matter.
    let requestHash: Data

    /// Nil when the call came without a key.
    init?(_ context: RPCContext, for request: NewDeal) throws {
        guard let text = context.idempotencyKey else { return nil }
        guard (1...Self.textBytesMax).contains(text.utf8.count), text.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
        else {
            throw RPCFault.invalid([
                FieldFault(
                    "Idempotency-Key", "invalid", "must have 1 to \(Self.textBytesMax) printable ASCII characters")
            ])
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        self.text = text
        requestHash = Data(SHA256.hash(data: try encoder.encode(request)))
    }
}
