import Contracts
import RPC

extension DealDeletion {
    /// - Returns: the reason, trimmed.
    func checked() throws(RPCFault) -> String {
        var faults: [FieldFault] = []
        let text = TextRule("reason", 1...500, allowsLines: true).check(reason, &faults)
        guard let text else { throw .invalid(faults) }
        return text
    }
}

extension DealRestoration {
    /// - Returns: the reason, trimmed.
    func checkedReason() throws(RPCFault) -> String? {
        var faults: [FieldFault] = []
        let text = reason.flatMap { TextRule("reason", 1...500, allowsLines: true).check($0, &faults) }
        guard faults.isEmpty else { throw .invalid(faults) }
        return text
    }
}
