import Contracts
import Foundation
import RPC

/// How a path names a deal: by its id or by its number.
enum DealReference: Sendable, Hashable {
    case id(UUID)
    case number(String)

    /// - Throws: `notFound`, as for a deal that does not exist, when the text is neither.
    init(_ context: RPCContext) throws(RPCFault) {
        guard let text = context.resource.first, let reference = DealReference(text: text) else {
            throw .notFound("deal")
        }
        self = reference
    }

    init?(text: String) {
        if let id = UUID(uuidString: text) {
            self = .id(id)
        } else if let number = DealNumber(text: text) {
            self = .number(number.text)
        } else {
            return nil
        }
    }
}

/// `D-2026-0001`: a counter per year, never used again. It grows beyond four digits when a year has more deals.
struct DealNumber: Sendable, Hashable {
    let year: Int
    let count: Int

    init(year: Int, count: Int) {
        self.year = year
        self.count = count
    }

    init?(text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].elementsEqual("D".utf8), parts[1].count == 4, (4...9).contains(parts[2].count),
            let year = Int(String(parts[1]) ?? ""), let count = Int(String(parts[2]) ?? ""), count > 0
        else { return nil }
        self.init(year: year, count: count)
        guard self.text == text else { return nil }
    }

    var text: String {
        let digits = String(count)
        return "D-\(year)-\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits)"
    }

    /// Sorts as the deals were numbered, which the text does not beyond 9999.
    var order: Int64 { Int64(year) * 1_000_000_000 + Int64(count) }
}
