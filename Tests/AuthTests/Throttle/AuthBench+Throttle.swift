import Contracts
import GRDB
import RPC
import Storage

@testable import auth

extension AuthBench {
    /// How an attempt ends: nil when it succeeds.
    func attempt(
        _ email: String = "root@bank.test", _ password: String = wrongPassword, from address: String = "192.0.2.7"
    ) async throws -> RPCFault? {
        var context = anonymous()
        context.clientAddress = address
        return try await fault { try await desk.sessions.login(SignIn(email: email, password: password), context) }
    }

    /// From another address each, so that only the account counts.
    func failAtAccount(_ email: String, times: Int) async throws -> [RPCFault?] {
        var faults: [RPCFault?] = []
        for index in 0..<times { faults.append(try await attempt(email, from: "198.51.100.\(index)")) }
        return faults
    }

    func rows() async throws -> Int {
        try await desk.store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM throttle") ?? 0 }
    }
}
