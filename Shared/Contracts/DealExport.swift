package import Foundation
package import RPC

extension DealMethods {
    /// The head first, then the bytes of the file to the end.
    package static let export = RPCStreamMethod<DealExportQuery, CSVPart>(
        0x0281, "deals.export", callers: [Peer.gateway], isFinite: true)
}

/// Asks for a view of the deals as a file: the list's own filters and order, and which columns. Travels as one flat
/// object, so that what the list learns to filter by, the file does too.
package struct DealExportQuery: Codable, Sendable {
    /// Without `limit`, `cursor`, `count`, `fields` and `include`.
    package var filter: DealQuery
    /// Names of columns or of fields, divided by commas; all when left out.
    package var fields: String?
    /// Whether the file begins with a byte order mark, which spreadsheets want.
    package var bom: Bool?

    package init(filter: DealQuery = DealQuery(), fields: String? = nil, bom: Bool? = nil) {
        self.filter = filter
        self.fields = fields
        self.bom = bom
    }

    private enum CodingKeys: String, CodingKey { case fields, bom }

    package init(from decoder: any Decoder) throws {
        filter = try DealQuery(from: decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        fields = try container.decodeIfPresent(String.self, forKey: .fields)
        // The list's own are members; a file has columns.
        filter.fields = nil
        bom = try container.decodeIfPresent(Bool.self, forKey: .bom)
    }

    package func encode(to encoder: any Encoder) throws {
        try filter.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(fields, forKey: .fields)
        try container.encodeIfPresent(bom, forKey: .bom)
    }
}

/// A piece of a file of comma-separated values.
package enum CSVPart: Codable, Sendable, Hashable {
    /// What the file is to be called.
    case head(String)
    case bytes(Data)

    /// Of one piece: as base64 in JSON it stays below what the wire compresses.
    package static let bytesMax = 40 * 1024
}
