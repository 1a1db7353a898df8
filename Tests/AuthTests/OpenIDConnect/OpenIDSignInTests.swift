import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing

@testable import auth

struct OpenIDSignInTests {
    @Test func firstSignInMakesTheUser() async throws {
        try await OpenIDBench.with { world in
            let started = try await world.start("/deals?tab=mine")
            #expect(started.location.hasPrefix(world.provider.issuer + "/authorize?response_type=code&"))
            #expect(started.expiresAt == world.bench.now.advanced(bySeconds: 600))
            let finished = try await world.finish(try world.callback(started))
            #expect(finished.returnTo == "/deals?tab=mine")
            let user = finished.session.user
            #expect(user.email == "bea@bank.test")
            #expect(user.name == "Bea Miller")
            #expect(user.role == .banker)
            let access = try await world.bench.resolve(.webSession, finished.session.secret)
            #expect(access.subject == user.id)
            let types = try await world.bench.events().map(\.type).suffix(3)
            #expect(types == ["user.created", "identity.linked", "session.started"])
            let opened = try #require(try await world.bench.events("session.started").last)
            #expect(opened.changes.contains(FieldChange("method", before: nil, after: "oidc")))
            #expect(opened.actor.id == user.id.text)
        }
    }

    @Test func codeIsExchangedByWhoAsked() async throws {
        try await OpenIDBench.with { world in
            let started = try await world.start()
            _ = try await world.finish(try world.callback(started))
            let asked = try #require(world.provider.asked("/token").first)
            let flow = try #require(OpenIDFlow(cookie: started.secret))
            #expect(
                asked.form == [
                    "grant_type": "authorization_code", "code": "code-1", "code_verifier": flow.verifier,
                    "redirect_uri": "https://deals.bank.test/api/auth/oidc/callback",
                ])
            #expect(asked.authorization == TokenExchange.basic("ibpipeline", "s:1"))
        }
    }

    @Test func clientProvesItselfAsTheProviderWants() async throws {
        try await OpenIDBench.with { world in
            world.provider.metadata(["token_endpoint_auth_methods_supported": ["client_secret_post"]])
            _ = try await world.signIn()
            let asked = try #require(world.provider.asked("/token").first)
            #expect(asked.form["client_id"] == "ibpipeline")
            #expect(asked.form["client_secret"] == "s:1")
            #expect(asked.authorization == nil)
        }
        try await OpenIDBench.with({ $0.clientSecret = nil }) { world in
            _ = try await world.signIn()
            let asked = try #require(world.provider.asked("/token").first)
            #expect(asked.form["client_id"] == "ibpipeline")
            #expect(asked.form["client_secret"] == nil)
            #expect(asked.authorization == nil)
        }
    }

    @Test func accountIsKnownByIssuerAndSubjectAlone() async throws {
        try await OpenIDBench.with { world in
            let first = try await world.signIn().user
            let renamed = try await world.signIn { $0.claims["email"] = "root@bank.test" }.user
            #expect(renamed == first)
            let unverified = try await world.signIn { $0.claims["email_verified"] = false }.user
            #expect(unverified == first)
            #expect(try await world.failure { $0.claims["sub"] = "u-2" } == .notLinked)
            #expect(try await world.bench.events("identity.linked").count == 1)
        }
    }

    @Test func nobodyHasThePasswordOfSuchAUser() async throws {
        try await OpenIDBench.with { world in
            _ = try await world.signIn()
            for password in ["", Account.noPassword, AuthBench.password] {
                let refused = try await fault { try await world.bench.signIn("bea@bank.test", password) }
                #expect(refused?.code == "invalid_credentials")
            }
            #expect(try await world.reasons() == ["bad_password", "bad_password", "bad_password"])
        }
    }

    @Test func verifiedEmailLinksAUserWhoIsThere() async throws {
        try await OpenIDBench.with({ $0.provisions = false }) { world in
            #expect(try await world.failure() == .notLinked)
            let root = try await world.bench.signIn()
            let bea = try await world.bench.create("Bea@Bank.test", by: root)
            #expect(try await world.failure { $0.claims["email_verified"] = nil } == .notLinked)
            #expect(try await world.signIn().user == bea)
            #expect(try await world.bench.events("user.created").count == 2)
            #expect(try await fault { try await world.bench.signIn("bea@bank.test") } == nil)
        }
    }

    @Test func administratorIsNotTakenOverByHisEmail() async throws {
        try await OpenIDBench.with { world async throws in
            #expect(try await world.failure { $0.claims["email"] = "root@bank.test" } == .notLinked)
            #expect(try await world.bench.events("identity.linked").isEmpty)
            #expect(try await world.reasons() == ["oidc_not_linked"])
        }
    }

    @Test func disabledUserStaysOut() async throws {
        try await OpenIDBench.with { world in
            let root = try await world.bench.signIn()
            let bea = try await world.signIn().user
            _ = try await world.bench.set(bea.id, .disabled, by: root)
            #expect(try await world.failure() == .disabled)
            #expect(try await world.reasons() == ["oidc_disabled"])
            #expect(try await world.bench.events("session.failed").last?.subject.id == bea.id.text)
        }
    }

    @Test func whoIsInNoGroupStaysOut() async throws {
        try await OpenIDBench.with { world in
            #expect(try await world.failure { $0.claims["groups"] = ["guests"] } == .noRole)
            #expect(try await world.failure { $0.claims["groups"] = nil } == .noRole)
            #expect(try await world.bench.events("user.created").count == 1)
            let bea = try await world.signIn().user
            #expect(try await world.failure { $0.claims["groups"] = [String]() } == .noRole)
            #expect(try await world.bench.events("session.failed").last?.subject.id == bea.id.text)
            #expect(try await world.reasons() == ["oidc_no_role", "oidc_no_role", "oidc_no_role"])
        }
    }

    @Test func changedRoleEndsWhatTheOldOneGave() async throws {
        try await OpenIDBench.with { world in
            let bench = world.bench
            let first = try await world.signIn()
            let access = try await bench.resolve(.webSession, first.secret)
            var context = bench.anonymous()
            context.identity = RPCIdentity(subject: access.subject, session: access.session, roles: Role.banker.bits)
            let token = try await bench.desk.tokens.create(
                NewPersonalToken(name: "report", scopes: [.readDeals], expiresInDays: 9), context)
            let cursor = try await bench.watch(0).cursor

            let second = try await world.signIn { $0.claims["groups"] = ["compliance", "bankers"] }
            #expect(second.user.role == .compliance)
            #expect(second.user.version == 2)
            #expect(try await bench.resolve(.webSession, second.secret).role == .compliance)
            #expect(try await fault { try await bench.resolve(.webSession, first.secret) } != nil)
            #expect(try await fault { try await bench.resolve(.personalToken, token.secret) } != nil)
            #expect(Set(try await bench.watch(cursor).revokedSessions) == [access.session, token.token.id])
            let updated = try #require(try await bench.events("user.role.changed").first)
            #expect(updated.changes.first == FieldChange("role", before: "banker", after: "compliance"))

            let third = try await world.signIn { $0.claims["groups"] = ["compliance"] }
            #expect(try await bench.resolve(.webSession, second.secret).subject == third.user.id)
            #expect(try await bench.events("user.role.changed").count == 1)
        }
    }

    @Test func lastAdministratorKeepsTheRole() async throws {
        try await OpenIDBench.with { world in
            let chief = try await world.signIn { $0.claims["groups"] = ["admins"] }.user
            let root = try await world.bench.signIn()
            let web = try await world.signIn { $0.claims["groups"] = ["admins"] }
            let context = try await world.bench.context(root)
            #expect(context.identity?.subject != chief.id)
            try await world.bench.desk.store.write { db in
                try db.execute(
                    sql: "UPDATE user SET status = 'disabled' WHERE id = ?", arguments: [root.user.id])
            }
            let kept = try await world.signIn().user
            #expect(kept == chief)
            let event = try #require(try await world.bench.events("identity.role.kept").first)
            #expect(event.changes.contains(FieldChange("refused", before: nil, after: "banker")))
            #expect(event.changes.contains(FieldChange("reason", before: nil, after: "last_administrator")))
            #expect(try await world.bench.resolve(.webSession, web.secret).role == .admin)

            _ = try await world.bench.desk.store.write { db in
                try db.execute(sql: "UPDATE user SET status = 'active' WHERE id = ?", arguments: [root.user.id])
            }
            #expect(try await world.signIn().user.role == .banker)
        }
    }

    @Test func nothingSecretIsToldInEvents() async throws {
        try await OpenIDBench.with { world in
            let started = try await world.start()
            let session = try await world.finish(try world.callback(started)).session
            _ = try await world.failure { $0.claims["nonce"] = "other" }
            let written = try await world.bench.payloads()
            let flow = try #require(OpenIDFlow(cookie: started.secret))
            for secret in [session.secret, started.secret, flow.state, flow.nonce, flow.verifier, "code-1", "access-1"]
            {
                #expect(!written.contains(secret))
            }
        }
    }

    @Test func signInPageIsToldWhatThereIs() async throws {
        try await OpenIDBench.with({ $0.name = "Bank ID" }) { world in
            let methods = try await world.bench.desk.openID.methods(Nothing(), world.bench.anonymous())
            #expect(methods == SignInMethods(password: true, passkeys: false, oidc: OpenIDOffer(name: "Bank ID")))
        }
        try await AuthBench.with { bench in
            let methods = try await bench.desk.openID.methods(Nothing(), bench.anonymous())
            #expect(methods.oidc == nil)
            let start = OpenIDStart(returnTo: nil)
            #expect(try await fault { try await bench.desk.openID.start(start, bench.anonymous()) }?.code == "off")
            let call = { try await bench.desk.openID.finish(OpenIDCallback(), bench.anonymous()) }
            #expect(try await fault(call)?.code == "off")
        }
    }
}
