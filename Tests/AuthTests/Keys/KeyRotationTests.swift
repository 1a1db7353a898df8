import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing
import Tokens

@testable import auth

struct KeyRotationTests {
    private func kid(_ signedIn: SignedIn) throws -> String {
        let first = try #require(signedIn.accessToken.split(separator: ".").first)
        let header = try #require(Base64URL.decode(first))
        let json = try #require(try JSONSerialization.jsonObject(with: Data(header)) as? [String: String])
        return try #require(json["kid"])
    }

    private func rotate(_ bench: AuthBench) async throws -> KeyRotation {
        try await bench.desk.ring.rotate(Nothing(), RPCContext(peer: Peer.operator))
    }

    @Test func nextKeyIsKnownBeforeItSignsAndTheOldOneWhileItsTokensLive() async throws {
        try await AuthBench.with { bench in
            let old = try await bench.signIn()
            let cursor = try await bench.watch(0).cursor
            let next = try await rotate(bench)
            let news = try await bench.watch(cursor)
            #expect(Set(news.keys.map(\.kid)) == [try kid(old), next.kid])
            #expect(next.activeAt == bench.now.advanced(bySeconds: KeyRing.announceSeconds))

            try await bench.desk.ring.step()
            #expect(try kid(try await bench.signIn()) == kid(old))
            bench.pass(seconds: KeyRing.announceSeconds)
            try await bench.desk.ring.step()
            #expect(try kid(try await bench.signIn()) == next.kid)
            _ = try await bench.claims(old)
            #expect(try await bench.events("key.rotated").map(\.subject.id) == [next.kid])

            bench.pass(seconds: 600)
            try await bench.desk.ring.step()
            #expect(try await bench.watch(0).keys.count == 2)
            bench.pass(seconds: 60)
            try await bench.desk.ring.step()
            #expect(try await bench.watch(0).keys.map(\.kid) == [next.kid])
            #expect(try await bench.events("key.retired").map(\.subject.id) == [try kid(old)])
        }
    }

    @Test func operatorSeesTheKeysAndTheirWay() async throws {
        try await AuthBench.with { bench in
            let list = { try await bench.desk.ring.list(Nothing(), RPCContext(peer: Peer.operator)).items }
            let first = try #require(try await list().first)
            let start = bench.now
            #expect(first == SigningKeyFacts(kid: first.kid, state: .active, createdAt: start, changedAt: start))
            bench.pass(seconds: 10)
            let next = try await rotate(bench)
            #expect(try await list().map(\.kid) == [next.kid, first.kid])
            #expect(try await list().map(\.state) == [.next, .active])
            bench.pass(seconds: KeyRing.announceSeconds)
            try await bench.desk.ring.step()
            #expect(try await list().map(\.state) == [.active, .replaced])
            #expect(try await list().map(\.changedAt) == [bench.now, bench.now])
            #expect(try await list().map(\.createdAt) == [start.advanced(bySeconds: 10), start])
            let created = try #require(try await bench.events("key.created").last)
            #expect(created.actor == .service("operator"))
        }
    }

    @Test func listOfKeysIsBounded() async throws {
        try await AuthBench.with { bench in
            try await bench.desk.store.write { db in
                for number in 0..<KeyStore.listMax {
                    try db.execute(
                        sql: "INSERT INTO signing_key VALUES (?, zeroblob(69), '', '', 'retired', ?, 0)",
                        arguments: ["k\(number)", number])
                }
            }
            let items = try await bench.desk.ring.list(Nothing(), RPCContext(peer: Peer.operator)).items
            #expect(items.count == 100)
            #expect(items.first?.state == .active)
            #expect(items.last?.kid == "k1")
        }
    }

    @Test func onlyOneKeyWaits() async throws {
        try await AuthBench.with { bench in
            _ = try await rotate(bench)
            #expect(try await fault { try await rotate(bench) }?.code == "rotation_running")
            bench.pass(seconds: KeyRing.announceSeconds)
            try await bench.desk.ring.step()
            _ = try await rotate(bench)
        }
    }

    @Test func keyThatHasSignedForLongEnoughGetsASuccessorByItself() async throws {
        try await AuthBench.with({ $0.keyRotationSeconds = 3600 }) { bench in
            let old = try kid(try await bench.signIn())
            bench.pass(seconds: 3599)
            try await bench.desk.ring.step()
            #expect(try await bench.watch(0).keys.count == 1)
            bench.pass(seconds: 1)
            try await bench.desk.ring.step()
            #expect(try await bench.watch(0).keys.count == 2)
            bench.pass(seconds: KeyRing.announceSeconds)
            try await bench.desk.ring.step()
            #expect(try kid(try await bench.signIn()) != old)
        }
    }
}
