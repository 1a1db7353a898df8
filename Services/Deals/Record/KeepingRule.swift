import Contracts
import RPC

/// What must be kept is not deleted, not even so that it can be restored: a deal that is out of sight is not found
/// when somebody who may ask for it asks.
enum KeepingRule {
    /// The fields by which a deal would be kept for a shorter time than before.
    static func shortened(from before: Deal, to after: Deal) -> [String] {
        var fields: [String] = []
        if before.legalHold, !after.legalHold { fields.append("legalHold") }
        if let day = before.retentionUntil, after.retentionUntil.map({ $0 < day }) ?? true {
            fields.append("retentionUntil")
        }
        return fields
    }

    /// Why the deal cannot be deleted; nil when it can.
    static func refusal(of deal: Deal, today: BusinessDate) -> RPCFault? {
        if deal.legalHold {
            return RPCFault(.failedPrecondition, "legal_hold", "The deal is under a legal hold, which compliance ends.")
        }
        if let day = deal.retentionUntil, today < day {
            return RPCFault(.failedPrecondition, "under_retention", "The deal must be kept until \(day.text).")
        }
        return nil
    }
}

extension RetentionDecision {
    /// - Returns: the reason, trimmed.
    func checkedReason() throws(RPCFault) -> String {
        var faults: [FieldFault] = []
        let text = TextRule("reason", 1...500, allowsLines: true).check(reason, &faults)
        guard let text else { throw .invalid(faults) }
        return text
    }
}
