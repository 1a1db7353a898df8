import Contracts
import Crypto
import Foundation
import Testing
import Tokens

@testable import auth

private let now = Instant(milliseconds: 1_800_000_000_000)
private let user = UUID()
private let session = UUID()
private let owner = PasskeyPurpose.registration(user: user, session: session)
private let challenge = Base64URL.encode(Data(repeating: 5, count: 32))

private func issued(_ purpose: PasskeyPurpose, seconds: Int64 = 1) -> IssuedChallenge {
    IssuedChallenge(purpose: purpose, expiresAt: now.advanced(bySeconds: seconds))
}

private func refusal(_ work: () throws -> Void) throws -> PasskeyRefusal? {
    do {
        try work()
        return nil
    } catch let refusal as PasskeyRefusal {
        return refusal
    }
}

private func party() throws -> RelyingParty {
    try RelyingParty(origins: TestAuthenticator.origins, id: TestAuthenticator.domain)
}

/// One thing wrong, and what it is called.
private struct Slip: Sendable, CustomTestStringConvertible {
    let expected: PasskeyRefusal
    let change: @Sendable (inout TestAuthenticator) -> Void

    init(_ expected: PasskeyRefusal, _ change: @escaping @Sendable (inout TestAuthenticator) -> Void) {
        self.expected = expected
        self.change = change
    }

    var testDescription: String { expected.rawValue }

    /// Wrong in both ceremonies.
    static let common: [Slip] = [
        Slip(.malformed) { $0.moreClientData = #","crossOrigin""# },
        Slip(.malformed) { $0.moreClientData = #","crossOrigin":"yes""# },
        Slip(.malformed) { $0.extensions = [0] },
        Slip(.malformed) { $0.flags.insert(.extensions) },
        Slip(.malformed) { ($0.extensions, _) = ([0x01], $0.flags.insert(.extensions)) },
        Slip(.wrongOrigin) { $0.origin = "https://bank.example.evil.example" },
        Slip(.wrongOrigin) { $0.origin = "https://other.bank.example" },
        Slip(.wrongOrigin) { $0.origin = "http://bank.example" },
        Slip(.wrongOrigin) { $0.origin = "https://bank.example:8443" },
        Slip(.crossOrigin) { $0.moreClientData = #","crossOrigin":true"# },
        Slip(.crossOrigin) { $0.moreClientData = #","crossOrigin":false,"topOrigin":"https://evil.example""# },
        Slip(.wrongRelyingParty) { $0.domain = "deals.bank.example" },
        Slip(.userNotPresent) { $0.flags.remove(.userPresent) },
        Slip(.userNotVerified) { $0.flags.remove(.userVerified) },
        Slip(.backupStateImpossible) { $0.flags.insert(.backedUp) },
    ]
}

struct RegistrationRuleTests {
    private func check(
        _ issued: IssuedChallenge? = issued(owner), _ change: (inout TestAuthenticator) -> Void = { _ in }
    ) throws -> PasskeyRefusal? {
        var authenticator = TestAuthenticator()
        change(&authenticator)
        return try refusal {
            try RegistrationRule.check(
                RegistrationResponse(authenticator.create(challenge)), issued, for: owner, at: party(), now: now)
        }
    }

    @Test func goodOneIsTaken() throws {
        #expect(try check() == nil)
        #expect(try check { $0.origin = TestAuthenticator.origins[1] } == nil)
        #expect(try check { $0.moreClientData = #","new":{"members":[1]}"# } == nil)
        #expect(try check { $0.flags.formUnion([.backupEligible, .backedUp]) } == nil)
        #expect(try check { $0.counter = 0 } == nil)
        // Extensions that nobody asked for.
        let extensions = CBOR.map([.text("credProtect"): .integer(2)]).encoded
        #expect(try check { ($0.extensions, _) = (extensions, $0.flags.insert(.extensions)) } == nil)
    }

    @Test(
        arguments: Slip.common + [
            Slip(.wrongType) { $0.type = "webauthn.get" },
            Slip(.wrongAlgorithm) { $0.keyChange = [3: .integer(-257)] },
            Slip(.wrongAlgorithm) { $0.keyChange = [3: .integer(-8)] },
            Slip(.badKey) { $0.keyChange = [1: .integer(1)] },
            Slip(.badKey) { $0.keyChange = [-1: .integer(2)] },
            Slip(.badKey) { $0.keyChange = [-3: .boolean(true)] },
            Slip(.badKey) { $0.keyChange = [-3: .bytes([UInt8](repeating: 1, count: 32))] },
            Slip(.badKey) { $0.keyChange = [-2: .bytes([UInt8](repeating: 0xFF, count: 32))] },
            Slip(.badKey) { $0.keyChange = [-2: .bytes([UInt8](repeating: 0, count: 31))] },
            Slip(.badKey) { $0.keyChange = [4: .array([.integer(2)])] },
            Slip(.attestationNotNone) { $0.format = "packed" },
            Slip(.attestationNotNone) { $0.statement = .map([.text("x5c"): .array([])]) },
            Slip(.malformed) { $0.statement = .array([]) },
            Slip(.malformed) { $0.id = [] },
            Slip(.malformed) { $0.id = [UInt8](repeating: 1, count: 1024) },
            Slip(.credentialMismatch) { $0.namedID = [1, 2, 3] },
        ]) private func eachStepIsTaken(_ slip: Slip) throws
    { #expect(try check { slip.change(&$0) } == slip.expected) }

    @Test func idMayHave1023Bytes() throws {
        #expect(try check { $0.id = [UInt8](repeating: 1, count: 1023) } == nil)
    }

    @Test func challengeMustBeTheOwnersOfThisSessionAndYoung() throws {
        #expect(try check(nil) == .challengeUnknown)
        #expect(try check(issued(.signIn)) == .challengeUnknown)
        #expect(try check(issued(.registration(user: user, session: UUID()))) == .challengeUnknown)
        #expect(try check(issued(.registration(user: UUID(), session: session))) == .challengeUnknown)
        #expect(try check(issued(owner, seconds: 0)) == .challengeUnknown)
    }

    @Test func textsThatAreNotBase64URLAreRefused() throws {
        let good = TestAuthenticator().create(challenge)
        let changes: [(inout PasskeyRegistration) -> Void] = [
            { $0.rawId += "=" }, { $0.id = "AAAA" }, { $0.response.clientDataJSON += "=" },
            { $0.response.attestationObject = "o2NmbXRkbm9uZQ" }, { $0.response.attestationObject += "AA" },
        ]
        for change in changes {
            var bad = good
            change(&bad)
            #expect(try refusal { _ = try RegistrationResponse(bad) } == .malformed)
        }
    }

    @Test func everyTruncationOfTheAttestationIsRefused() throws {
        let good = TestAuthenticator().create(challenge)
        let bytes = try #require(Base64URL.decode(good.response.attestationObject))
        guard case .map(var members) = try CBOR(bytes), case .bytes(let data)? = members[.text("authData")] else {
            Issue.record("no attestation object")
            return
        }
        var bad = good
        for count in data.indices {
            members[.text("authData")] = .bytes(Array(data.prefix(count)))
            bad.response.attestationObject = Base64URL.encode(CBOR.map(members).encoded)
            #expect(try refusal { _ = try RegistrationResponse(bad) } == .malformed, "\(count)")
        }
        for count in bytes.indices {
            bad.response.attestationObject = Base64URL.encode(bytes.prefix(count))
            #expect(try refusal { _ = try RegistrationResponse(bad) } == .malformed, "\(count)")
        }
    }
}

struct AssertionRuleTests {
    private func check(
        _ issued: IssuedChallenge? = issued(.signIn), stored: UInt32 = 0,
        _ change: (inout TestAuthenticator) -> Void = { _ in }
    ) throws -> PasskeyRefusal? {
        var authenticator = TestAuthenticator()
        authenticator.userHandle = PasskeyUserHandle.bytes(of: user)
        let point = authenticator.key.publicKey.rawRepresentation
        let record = PasskeyRecord(
            user: user, key: try COSEKey(x: point.prefix(32), y: point.suffix(32)), counter: stored,
            isBackupEligible: false)
        change(&authenticator)
        return try refusal {
            try AssertionRule.check(
                AssertionResponse(authenticator.get(challenge)), record, issued, at: party(), now: now)
        }
    }

    @Test func goodOneIsTaken() throws {
        #expect(try check() == nil)
        #expect(try check { $0.moreClientData = "" } == nil)
    }

    @Test(
        arguments: Slip.common + [
            Slip(.wrongType) { $0.type = "webauthn.create" },
            Slip(.otherUser) { $0.userHandle = nil },
            Slip(.otherUser) { $0.userHandle = PasskeyUserHandle.bytes(of: session) },
            Slip(.backupEligibilityChanged) { $0.flags.insert(.backupEligible) },
            Slip(.badSignature) { $0.key = P256.Signing.PrivateKey() },
            Slip(.badSignature) { $0.signsOtherBytes = true },
        ]) private func eachStepIsTaken(_ slip: Slip) throws
    { #expect(try check { slip.change(&$0) } == slip.expected) }

    @Test func challengeMustBeForSigningInAndYoung() throws {
        #expect(try check(nil) == .challengeUnknown)
        #expect(try check(issued(owner)) == .challengeUnknown)
        #expect(try check(issued(.signIn, seconds: 0)) == .challengeUnknown)
    }

    /// Stored, sent, and whether that will do.
    @Test(
        arguments: [
            (0, 0, true), (0, 1, true), (1, 2, true), (1, .max, true), (1, 1, false), (2, 1, false), (1, 0, false),
            (.max, .max, false),
        ] as [(UInt32, UInt32, Bool)]) func counterMustGrow(_ stored: UInt32, _ sent: UInt32, _ isGood: Bool) throws
    {
        #expect(try check(stored: stored) { $0.counter = sent } == (isGood ? nil : .counterStoodStill))
    }

    /// Else anybody could make it look as if the authenticator had been copied.
    @Test func counterIsBelievedOfAGoodSignatureOnly() throws {
        #expect(try check(stored: 9) { $0.key = P256.Signing.PrivateKey() } == .badSignature)
    }

    @Test func everyChangedByteIsSeen() throws {
        var authenticator = TestAuthenticator()
        authenticator.userHandle = PasskeyUserHandle.bytes(of: user)
        let point = authenticator.key.publicKey.rawRepresentation
        let record = PasskeyRecord(
            user: user, key: try COSEKey(x: point.prefix(32), y: point.suffix(32)), counter: 0, isBackupEligible: false)
        let good = try authenticator.get(challenge)
        let members: [WritableKeyPath<PasskeyAssertionResponse, String>] = [
            \.clientDataJSON, \.authenticatorData, \.signature,
        ]
        for member in members {
            let bytes = try #require(Base64URL.decode(good.response[keyPath: member]))
            for index in bytes.indices {
                var changed = bytes
                changed[index] ^= 1
                var bad = good
                bad.response[keyPath: member] = Base64URL.encode(changed)
                let found = try refusal {
                    try AssertionRule.check(
                        AssertionResponse(bad), record, issued(.signIn), at: party(), now: now)
                }
                #expect(found != nil, "byte \(index)")
            }
        }
    }
}
