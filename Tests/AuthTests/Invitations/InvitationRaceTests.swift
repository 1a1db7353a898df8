import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing

@testable import auth

struct InvitationRaceTests {
    @Test func oneOfFiftyAcceptancesMakesTheUser() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let token = try await bench.invite("bea@bank.test", by: root).token
            let faults = try await together(50) { try await bench.accept(token, name: "Bea \($0)") }
            let refused = faults.compactMap(\.self)
            #expect(refused.count == 49)
            #expect(refused.allSatisfy { ["busy", "invitation_invalid"].contains($0.code) })
            #expect(try await bench.events("user.created").count == 2)
            #expect(try await bench.events("invitation.accepted").count == 1)
        }
    }

    /// Two that both found the token good: the transaction decides, not the handler.
    @Test func oneOfFiftyTransactionsMakesTheUser() async throws {
        try await AuthBench.with { bench in
            let token = try await bench.invite("bea@bank.test", by: try await bench.signIn()).token
            let applicant = try Applicant(
                NewUser(email: "bea@bank.test", name: "Bea", role: .banker, password: AuthBench.password))
            let hash = try await PasswordHasher(cost: try AuthBench.cheap).hash(applicant.password)
            let store = InvitationStore(store: bench.desk.store)
            let won = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        try await store.accept(
                            OpaqueSecret(text: token), applicant.account(hash: hash, at: bench.now),
                            .own(at: bench.now))
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(won == 1)
            #expect(try await bench.events("user.created").count == 2)
        }
    }

    /// Strangers without an invitation never get so far as to find the hasher busy.
    @Test func badTokensCostNoHash() async throws {
        try await AuthBench.with { bench in
            let faults = try await together(200) { _ in try await bench.accept(OpaqueSecret().text) }
            #expect(faults.allSatisfy { $0?.code == "invitation_invalid" })
        }
    }
}
