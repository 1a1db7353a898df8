import Contracts
import Foundation
import RPC

/// A checked question for a page of changes.
struct ChangeRequest: Sendable {
    let limit: Int
    let field: String?
    /// Versions below it; for the first page above all that there can be.
    let before: Int64

    /// - Throws: `query_invalid` or `cursor_invalid`.
    init(_ query: DealChangeQuery) throws(RPCFault) {
        limit = try PageLimit.checked(query.limit)
        if let field = query.field, !(1...100).contains(field.unicodeScalars.count) {
            throw RPCFault(
                .invalidArgument, "query_invalid", "The query does not fit; see errors.",
                errors: [FieldFault("field", "invalid", "must have 1 to 100 characters")])
        }
        field = query.field
        guard let text = query.cursor else {
            before = .max
            return
        }
        guard let version = Int64(text), version > 0, String(version) == text else { throw RPCFault.cursorInvalid }
        before = version
    }
}

extension DealMoment {
    /// Nil for now. A day stands for its last moment, and the present day for now.
    /// - Throws: `validation_failed` for what is no time or has not come.
    func instant(now: Instant) throws(RPCFault) -> Instant? {
        guard let asOf else { return nil }
        if let day = BusinessDate(text: asOf) {
            guard day <= now.day else { throw Self.inFuture }
            guard day < now.day else { return nil }
            return Instant(milliseconds: Int64(day.adding(days: 1).daysSince1970) * 86_400_000 - 1)
        }
        guard let instant = Instant(text: asOf) else {
            throw .invalid([
                FieldFault("asOf", "invalid", "must be an RFC 3339 time in UTC or a date such as 2026-11-21")
            ])
        }
        guard instant <= now else { throw Self.inFuture }
        return instant
    }

    private static var inFuture: RPCFault {
        .invalid([FieldFault("asOf", "in_future", "must not be in the future")])
    }
}
