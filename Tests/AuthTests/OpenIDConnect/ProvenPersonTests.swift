import Testing
import Tokens

@testable import auth

struct ProvenPersonTests {
    func person(
        _ claims: [String: TokenJSON], _ change: (inout OpenIDSettings) -> Void = { _ in }
    ) throws -> ProvenPerson {
        var settings = OpenIDSettings(
            issuer: "https://id.bank.test", clientID: "c", redirectURL: "https://x.test/cb",
            roles: try GroupRoles(text: "a=banker"))
        change(&settings)
        return ProvenPerson(claims, settings)
    }

    @Test func emailCountsWhenTheProviderVouchesForIt() throws {
        let email = TokenJSON.string("bea@bank.test")
        for said in [TokenJSON.bool(true), .string("true")] {
            #expect(try person(["email": email, "email_verified": said]).email?.text == "bea@bank.test")
        }
        for said in [TokenJSON.bool(false), .string("false"), .integer(1), .null] {
            #expect(try person(["email": email, "email_verified": said]) { $0.trustsEmail = true }.email == nil)
        }
        #expect(try person(["email": email]).email == nil)
        #expect(try person(["email": email]) { $0.trustsEmail = true }.email != nil)
        #expect(try person(["email": .string("bea"), "email_verified": .bool(true)]).email == nil)
    }

    @Test func nameIsOneLineOfBoundedLength() throws {
        #expect(try person(["name": .string(" Bea\nMiller ")]).name == "BeaMiller")
        #expect(try person(["preferred_username": .string("bea"), "name": .string(" ")]).name == "bea")
        let email: [String: TokenJSON] = ["email": .string("bea@bank.test"), "email_verified": .bool(true)]
        #expect(try person(email).name == "bea")
        #expect(try person([:]).name == "Unnamed")
        #expect(try person(["name": .string(String(repeating: "é", count: 200))]).name.unicodeScalars.count == 120)
    }

    @Test func emailIsVerifiedByWhoSaysIt() {
        let mine = TokenJSON.string("own@bank.test")
        let chief = TokenJSON.string("chief@bank.test")
        let vouched = ["email": mine, "email_verified": .bool(true), "sub": .string("u-2"), "groups": .string("a")]
        let unvouched = ProvenPerson.completed(["sub": .string("u-1"), "email": chief], by: vouched)
        #expect(unvouched == ["sub": .string("u-1"), "email": chief, "groups": .string("a")])
        let other = ProvenPerson.completed(
            ["sub": .string("u-1"), "email_verified": .bool(true)], by: ["email": chief])
        #expect(other == ["sub": .string("u-1"), "email": chief])
        #expect(ProvenPerson.completed(["sub": .string("u-1")], by: vouched)["email_verified"] == .bool(true))
    }

    @Test func groupsAreAListOrOne() throws {
        #expect(try person(["groups": .array([.string("a"), .integer(1), .string("b")])]).groups == ["a", "b"])
        #expect(try person(["groups": .string("a")]).groups == ["a"])
        #expect(try person(["roles": .string("a")]) { $0.groupsClaim = "roles" }.groups == ["a"])
        #expect(try person([:]).groups == [])
    }
}
