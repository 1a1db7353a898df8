import Contracts
import Foundation
import RPC
import Testing

@testable import auth

struct PasswordHashTests {
    /// RFC 7914 section 12, the third vector; its output is twice as long as ours, and begins with the same bytes.
    @Test func vectorOfTheStandard() throws {
        let cost = try #require(ScryptCost(logRounds: 14, blockSize: 8, parallelism: 1))
        let hash = try PasswordHash(of: "pleaseletmein", cost: cost, salt: Data("SodiumChloride".utf8))
        let expected: [UInt8] = [
            0x70, 0x23, 0xBD, 0xCB, 0x3A, 0xFD, 0x73, 0x48, 0x46, 0x1C, 0x06, 0xCD, 0x81, 0xFD, 0x38, 0xEB,
            0xFD, 0xA8, 0xFB, 0xBA, 0x90, 0x4F, 0x8E, 0x3E, 0xA9, 0xB5, 0x43, 0xF6, 0x54, 0x5D, 0xA1, 0xF2,
        ]
        let coded = Data(expected).base64EncodedString().replacing("=", with: "")
        #expect(hash.phc == "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$\(coded)")
    }

    @Test func hashComesBackFromItsText() throws {
        let hash = try PasswordHash(of: AuthBench.password, cost: try AuthBench.cheap)
        let read = try #require(PasswordHash(phc: hash.phc))
        #expect(read.phc == hash.phc)
        #expect(read.cost == hash.cost)
        #expect(try read.matches(AuthBench.password))
        #expect(try !read.matches(AuthBench.password + "x"))
        #expect(try !read.matches(""))
    }

    @Test func standardCostIsTheApprovedOne() {
        #expect(PasswordHash.dummy(cost: .standard).phc.hasPrefix("$scrypt$ln=17,r=8,p=1$"))
    }

    @Test func saltIsNewEachTime() throws {
        let a = try PasswordHash(of: AuthBench.password, cost: try AuthBench.cheap)
        let b = try PasswordHash(of: AuthBench.password, cost: try AuthBench.cheap)
        #expect(a.phc != b.phc)
    }

    @Test(arguments: [
        "", "$scrypt$", "$argon2id$ln=2,r=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$ln=30,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$ln=02,r=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$r=1,ln=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$ln=2,r=1,p=1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$ln=2,r=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA",
    ])
    func otherTextsAreNoHashes(text: String) {
        #expect(PasswordHash(phc: text) == nil)
    }

    /// The same letters, composed and decomposed, and a ligature.
    @Test func keyboardsDoNotMatter() throws {
        let hash = try PasswordHash(of: "Z\u{FC}rich of\u{FB01}ce morning", cost: try AuthBench.cheap)
        #expect(try hash.matches("Zu\u{308}rich office morning"))
    }
}

struct PasswordHasherTests {
    @Test func missingHashIsHashedAgainstAndNeverMatches() async throws {
        let hasher = PasswordHasher(cost: try AuthBench.cheap)
        let hash = try await hasher.hash(AuthBench.password)
        #expect(try await hasher.verify(AuthBench.password, against: hash))
        #expect(try await !hasher.verify(AuthBench.password, against: nil))
    }

    @Test func queueIsBounded() async throws {
        let hasher = PasswordHasher(cost: try #require(ScryptCost(logRounds: 12, blockSize: 8, parallelism: 1)))
        let faults = try await together(200) { _ in try await hasher.hash("x") }
        let refused = faults.compactMap(\.self)
        #expect(faults.count - refused.count >= PasswordHasher.runningMax + PasswordHasher.waitingMax)
        #expect(!refused.isEmpty)
        #expect(refused.allSatisfy { $0.code == "busy" && $0.status == .resourceExhausted })
        #expect(refused.first?.retryAfterMilliseconds == 1000)
        #expect(try await fault { try await hasher.hash("x") } == nil)
    }
}
