import Contracts
import GRDB
import RPC
import Storage
import Testing

@testable import auth

struct PasskeyChallengeTests {
    @Test func challengeIsGoodOnceEvenForWhatIsRefused() async throws {
        try await AuthBench.withPasskeys { bench in
            let root = try await bench.signIn()
            let context = try await bench.context(root)
            var bad = TestAuthenticator()
            bad.flags = [.userPresent]
            let challenge = try await bench.creation(root).publicKey.challenge
            let refused = try await fault {
                try await bench.desk.passkeys.add(NewPasskey(name: "A", credential: bad.create(challenge)), context)
            }
            #expect(refused?.code == "passkey_invalid")
            #expect(refused?.status == .invalidArgument)
            #expect(refused?.errors.map(\.field) == ["credential"])
            #expect(refused?.errors.map(\.code) == ["user_not_verified"])
            let good = NewPasskey(name: "A", credential: TestAuthenticator().create(challenge))
            let again = try await fault { try await bench.desk.passkeys.add(good, context) }
            #expect(again?.errors.map(\.code) == ["challenge_unknown"])
            #expect(try await bench.passkeys(root).isEmpty)
        }
    }

    @Test func challengeLivesFiveMinutesAndInItsSessionOnly() async throws {
        try await AuthBench.withPasskeys { bench in
            let root = try await bench.signIn()
            let challenge = try await bench.creation(root).publicKey.challenge
            let elsewhere = try await bench.signIn()
            let new = NewPasskey(name: "A", credential: TestAuthenticator().create(challenge))
            let stolen = try await fault {
                try await bench.desk.passkeys.add(new, try await bench.context(elsewhere))
            }
            #expect(stolen?.errors.map(\.code) == ["challenge_unknown"])

            let late = try await bench.creation(root).publicKey.challenge
            bench.pass(seconds: PasskeyChallengeStore.lifetimeSeconds)
            let expired = try await fault {
                try await bench.desk.passkeys.add(
                    NewPasskey(name: "A", credential: TestAuthenticator().create(late)), try await bench.context(root))
            }
            #expect(expired?.errors.map(\.code) == ["challenge_unknown"])
        }
    }

    /// Strangers may ask for as many as they like: they push out each other's, and nobody's who is signed in.
    @Test func challengesAreBounded() async throws {
        try await AuthBench.withPasskeys { bench in
            let root = try await bench.signIn()
            let registration = try await bench.creation(root).publicKey.challenge
            let first = try await bench.request().publicKey.challenge
            let now = bench.now
            let last = try await bench.desk.store.write { db in
                try db.execute(
                    sql: """
                        WITH RECURSIVE more (number) AS (SELECT 2 UNION ALL SELECT number + 1 FROM more WHERE number < ?)
                        INSERT INTO passkey_challenge (purpose, number, hash, expires_ms)
                        SELECT 'sign_in', number, randomblob(32), ? FROM more
                        """, arguments: [PasskeyChallengeStore.waitingMax, now.milliseconds])
                return try PasskeyChallengeStore.issue(for: .signIn, at: now, in: db)
            }
            #expect(try await bench.waitingChallenges() == Int(PasskeyChallengeStore.waitingMax) + 1)
            let found = try await bench.desk.store.write { db in
                try [first, last, registration].map { try PasskeyChallengeStore.take($0, in: db) != nil }
            }
            #expect(found == [false, true, true])
        }
    }

    @Test func expiredChallengesAreSwept() async throws {
        try await AuthBench.withPasskeys { bench in
            _ = try await bench.request()
            bench.pass(seconds: PasskeyChallengeStore.lifetimeSeconds)
            _ = try await bench.request()
            bench.pass(seconds: 1)
            try await bench.desk.sweep()
            #expect(try await bench.waitingChallenges() == 1)
        }
    }
}
