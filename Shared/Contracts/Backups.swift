package import Foundation
package import RPC

/// Takes a service's data away while it serves: see `ibpipeline backup`.
package enum BackupMethods {
    /// `taken` first, then now and then `progress`, then `manifest`, then `bytes` to the end.
    package static let take = RPCStreamMethod<Nothing, BackupPart>(
        0x0020, "backup.take", callers: [Peer.operator], isFinite: true)
}

package enum BackupPart: Codable, Sendable, Equatable {
    /// The state is fixed, at this instant (RFC 3339); copying, checking and compressing go on.
    case taken(at: String)
    /// How far the service's own part has come, in bytes of the uncompressed database.
    case progress(step: String, done: Int64, total: Int64)
    /// The manifest's JSON.
    case manifest(Data)
    /// The next part of the compressed database.
    case bytes(Data)

    /// As base64 in JSON this stays below what the wire compresses a second time.
    package static let bytesMax = 40 * 1024
}
