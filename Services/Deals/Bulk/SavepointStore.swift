import GRDB
import RPC

extension Database {
    /// Runs one of several changes of a transaction, so that a refusal undoes it alone.
    /// - Parameter isTrial: undone in any case.
    /// - Throws: what is no refusal; all of the transaction's changes are then undone.
    func alone<T>(isTrial: Bool = false, _ body: () throws -> T) throws -> Result<T, RPCFault> {
        var outcome = Result<T, RPCFault>.failure(.internal)
        try inSavepoint {
            do {
                outcome = .success(try body())
                return isTrial ? .rollback : .commit
            } catch let fault as RPCFault {
                outcome = .failure(fault)
                return .rollback
            }
        }
        return outcome
    }
}
