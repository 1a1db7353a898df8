import Contracts
import Foundation
import NIOCore
import RPC

/// A `CounterpartyList` as JSON, in which the days of the steps are the text that is stored: encoding them is most of the work
/// of a tracker, and they are JSON already.
enum TrackerText {
    private static let noDays = Array(#""steps":{}"#.utf8)

    /// - Parameter rows: counterparties without their days, and these.
    static func json(_ rows: [(Counterparty, days: String)]) throws -> ByteBuffer {
        let encoded = try StrictJSON.encode(CounterpartyList(items: rows.map(\.0)))
        var out = ByteBuffer()
        out.reserveCapacity(encoded.count + rows.reduce(0) { $0 + $1.days.utf8.count })
        encoded.withUnsafeBytes { bytes in
            var (start, at, row) = (0, 0, 0)
            while at < bytes.count {
                // No text can look like it: a quote within one stands behind a backslash.
                guard bytes[at] == noDays[0], bytes[at...].starts(with: noDays) else {
                    at += 1
                    continue
                }
                at += noDays.count
                out.writeBytes(bytes[start..<(at - 2)])
                out.writeString(rows[row].days)
                (start, row) = (at, row + 1)
            }
            out.writeBytes(bytes[start...])
        }
        return out
    }
}
