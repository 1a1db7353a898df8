import Contracts
import RPC

/// What an event tells of a fee.
enum FeeChanges {
    /// What an event of a secret deal tells, too.
    static func ids(_ before: DealFee?, _ after: DealFee?) -> [FieldChange] {
        [FieldChange("feeId", before: before?.id.text, after: after?.id.text)]
    }

    /// - Parameters:
    ///   - before: nil for one that was just added.
    ///   - after: nil for one that was removed.
    static func between(_ before: DealFee?, _ after: DealFee?) throws -> [FieldChange] {
        let (old, new) = (try before.map(fields) ?? [:], try after.map(fields) ?? [:])
        return names.compactMap { name in
            old[name] == new[name] ? nil : FieldChange(name, before: old[name], after: new[name])
        }
    }

    private static let names = [
        "terms", "title", "status", "expectedOn", "actual", "paidOn", "waiveReason",
    ]

    private static func fields(_ fee: DealFee) throws -> [String: String] {
        let all = [
            "terms": String(decoding: try StrictJSON.encode(fee.terms), as: UTF8.self), "title": fee.title,
            "status": fee.status.rawValue, "expectedOn": fee.expectedOn?.text,
            "actual": fee.actual.map { "\($0.amount) \($0.currency.code)" }, "paidOn": fee.paidOn?.text,
            "waiveReason": fee.waiveReason,
        ]
        return all.compactMapValues { $0 }
    }
}
