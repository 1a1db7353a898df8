import Contracts
import Foundation
import GRDB
import RPC

/// What changes how people get in (factors, roles, tokens, resets) is only done in a session whose user proved who he is a
/// short while ago (OWASP ASVS 5, 7.5.1; RFC 9470). A session left open on a desk is worth less. Whoever changes his own
/// password proves it by the current one instead.
enum StepUpStore {
    static let secondsMax: Int64 = 300

    /// - Throws: `RPCFault` `insufficient_user_authentication` when the sign-in is older, `session_required` when it is no
    ///   living session, as behind a personal access token.
    static func check(_ identity: RPCIdentity, at now: Instant, in db: Database) throws {
        let started = try Int64.fetchOne(
            db, sql: "SELECT created_ms FROM session WHERE id = ? AND user_id = ? AND ended_ms IS NULL",
            arguments: [identity.session, identity.subject])
        guard let started else {
            throw RPCFault(.permissionDenied, "session_required", "Sign in to do this; a token cannot.")
        }
        guard now.seconds(since: Instant(milliseconds: started)) <= secondsMax else {
            throw RPCFault(
                .unauthenticated, "insufficient_user_authentication",
                "This wants a sign-in not older than \(secondsMax / 60) minutes; sign in again.")
        }
    }
}
