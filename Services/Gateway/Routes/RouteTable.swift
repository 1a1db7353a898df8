import Contracts
import NIOCore
import RPC

/// Every public route of the suite. What is not in this table does not exist.
enum RouteTable {
    /// Passwords are hashed two at a time, so that a few sign-ins at once wait for each other.
    private static let hashing = TimeAmount.seconds(15)

    static let all: [Route] = [
        // Signing in
        .post("/api/auth/login", "Sign in with e-mail and password, or a passkey", AuthMethods.login, to: Peer.auth)
            .open(.signIn).body(4096).deadline(hashing),
        .post(
            "/api/auth/passkeys/options", "What a browser needs to sign in with a passkey", AuthMethods.passkeyRequest,
            to: Peer.auth
        )
        .open(.signIn),
        .post("/api/auth/refresh", "Exchange a refresh token for its successor", AuthMethods.refresh, to: Peer.auth)
            .open(.refresh).body(4096),
        .post("/api/auth/logout", "End this session", AuthMethods.logout, to: Peer.auth).sessionOnly().noContent()
            .endingWebSession(),
        .own(
            post: "/api/session", "Sign a browser in: its session stands behind a cookie", .openWebSession,
            SignIn.self, WebSignedIn.self
        )
        .open(.signIn).deadline(hashing).created(),
        .delete("/api/session", "Sign the browser out", AuthMethods.logout, to: Peer.auth).sessionOnly().noContent()
            .named("auth.web.close").endingWebSession(),
        .get("/api/auth/methods", "How one may sign in here", AuthMethods.signInMethods, to: Peer.auth)
            .open(.standard),
        .lead(
            "/api/auth/oidc/start", "Send a browser to the company's OpenID provider", .startOpenID, OpenIDStart.self
        )
        .open(.signIn).query(.openIDStart).deadline(.seconds(15)).found(),
        .lead(
            "/api/auth/oidc/callback", "Take it back from there, signed in", .finishOpenID, OpenIDCallback.self
        )
        .open(.signIn).query(.openIDCallback).ignoringOthers().deadline(.seconds(25)).page(),
        .post(
            "/api/auth/setup", "Make the first administrator with the one-time token", AuthMethods.claimSetup,
            to: Peer.auth
        )
        .open(.signIn).body(4096).deadline(hashing).created(),
        .post(
            "/api/auth/password/reset", "Choose a new password with a one-time token", AuthMethods.resetPassword,
            to: Peer.auth
        )
        .open(.signIn).body(4096).deadline(hashing).noContent(),
        .post(
            "/api/auth/invitations/look", "Whom an invitation is for, by its token", AuthMethods.lookAtInvitation,
            to: Peer.auth
        )
        .open(.signIn).body(4096),
        .post(
            "/api/auth/invitations/accept", "Become a user with an invitation's token; sign in next",
            AuthMethods.acceptInvitation, to: Peer.auth
        )
        .open(.signIn).body(4096).deadline(hashing).created(),

        // People
        .get("/api/users/me", "Who is signed in", AuthMethods.me, to: Peer.auth).everyone(),
        .put("/api/users/me/password", "Change the own password", AuthMethods.changePassword, to: Peer.auth)
            .sessionOnly().body(4096).deadline(hashing).heavy().noContent(),
        .get("/api/users/me/sessions", "One's own living sessions", AuthMethods.listSessions, to: Peer.auth)
            .sessionOnly(),
        .delete("/api/users/me/sessions", "End all other sessions", AuthMethods.endOtherSessions, to: Peer.auth)
            .sessionOnly(),
        .delete("/api/users/me/sessions/{id}", "End one of the own sessions", AuthMethods.endSession, to: Peer.auth)
            .sessionOnly().noContent(),
        .patch("/api/users/me", "Change one's own name", AuthMethods.updateMe, to: Peer.auth).sessionOnly().body(4096)
            .ifMatch(),
        .get("/api/users/me/tokens", "One's own personal access tokens", AuthMethods.listTokens, to: Peer.auth)
            .sessionOnly(),
        .post(
            "/api/users/me/tokens", "Make a personal access token; its secret is shown this once",
            AuthMethods.createToken, to: Peer.auth
        )
        .sessionOnly().body(4096).created(),
        .delete("/api/users/me/tokens/{id}", "Revoke a personal access token", AuthMethods.revokeToken, to: Peer.auth)
            .sessionOnly().noContent(),
        .get("/api/users/me/factors", "One's own second factors", AuthMethods.listFactors, to: Peer.auth)
            .sessionOnly(),
        .post(
            "/api/users/me/factors/totp", "Begin to set an authenticator app up; its secret is shown this once",
            AuthMethods.beginTOTP, to: Peer.auth
        )
        .sessionOnly().created(),
        .post(
            "/api/users/me/factors/totp/confirm",
            "Turn the app on by a code of it; answers the recovery codes, which are shown this once",
            AuthMethods.confirmTOTP, to: Peer.auth
        )
        .sessionOnly().body(4096),
        .delete(
            "/api/users/me/factors/totp", "Turn the authenticator app off, and drop the recovery codes",
            AuthMethods.removeTOTP, to: Peer.auth
        )
        .sessionOnly().noContent(),
        .post(
            "/api/users/me/factors/recovery-codes", "Make new recovery codes; the old ones are good no more",
            AuthMethods.renewRecoveryCodes, to: Peer.auth
        )
        .sessionOnly().created(),
        .delete(
            "/api/admin/users/{id}/factors",
            "Take the second factors from somebody who lost them, and end the sessions", AuthMethods.resetFactors,
            to: Peer.auth
        )
        .allow(.manageUsers).noContent(),
        .post(
            "/api/users/me/passkeys/options", "What a browser needs to make a passkey", AuthMethods.passkeyCreation,
            to: Peer.auth
        )
        .sessionOnly(),
        .post("/api/users/me/passkeys", "Add a passkey that a browser has made", AuthMethods.addPasskey, to: Peer.auth)
            .sessionOnly().body(8192).created(),
        .get("/api/users/me/passkeys", "One's own passkeys", AuthMethods.listPasskeys, to: Peer.auth).sessionOnly(),
        .delete(
            "/api/users/me/passkeys/{id}", "Remove a passkey; ends all other sessions", AuthMethods.removePasskey,
            to: Peer.auth
        )
        .sessionOnly().noContent(),
        .get("/api/admin/users", "List people", AuthMethods.listUsers, to: Peer.auth).allow(.manageUsers).query(
            .people),
        .get("/api/admin/users/{id}", "One person", AuthMethods.getUser, to: Peer.auth).allow(.manageUsers),
        .patch(
            "/api/admin/users/{id}", "Change a person's name or role; another role ends all sessions and tokens",
            AuthMethods.updateUser, to: Peer.auth
        )
        .allow(.manageUsers).body(4096).ifMatch(),
        .put("/api/admin/users/{id}/status", "Disable or enable a person", AuthMethods.setUserStatus, to: Peer.auth)
            .allow(.manageUsers).ifMatch(),
        .get("/api/admin/users/{id}/sessions", "A person's sessions", AuthMethods.listUserSessions, to: Peer.auth)
            .allow(.manageUsers),
        .delete(
            "/api/admin/users/{id}/sessions", "End all sessions of a person", AuthMethods.endUserSessions, to: Peer.auth
        )
        .allow(.manageUsers),
        .post(
            "/api/admin/users/{id}/password-reset", "Let a person choose a new password; the token is shown this once",
            AuthMethods.requestPasswordReset, to: Peer.auth
        )
        .allow(.manageUsers).created(),
        .get("/api/admin/invitations", "List open invitations", AuthMethods.listInvitations, to: Peer.auth)
            .allow(.manageUsers).query(.invitations),
        .post(
            "/api/admin/invitations", "Invite a person; the token is shown this once", AuthMethods.createInvitation,
            to: Peer.auth
        )
        .allow(.manageUsers).body(4096).created(),
        .delete(
            "/api/admin/invitations/{id}", "Revoke an invitation", AuthMethods.revokeInvitation, to: Peer.auth
        )
        .allow(.manageUsers).noContent(),

        // Deals
        .get("/api/deals", "List the deals you may see", DealMethods.list, to: Peer.deals).allow(.readDeals).query(
            .deals),
        .post("/api/deals", "Open a deal; you become its lead", DealMethods.create, to: Peer.deals)
            .allow(.createDeals).created(at: "/api/deals/").idempotent(),
        .get("/api/deals/{id}", "One deal, by id or number", DealMethods.get, to: Peer.deals).allow(.readDeals),
        .patch("/api/deals/{id}", "Change a deal (JSON merge patch)", DealMethods.update, to: Peer.deals)
            .allow(.workOnDeals).ifMatch(),
        .get(
            "/api/deals/{id}/transitions", "Where the deal may go, and what is missing for each",
            DealMethods.transitions, to: Peer.deals
        )
        .allow(.readDeals),
        .post("/api/deals/{id}/transitions", "Move the deal", DealMethods.move, to: Peer.deals).allow(.workOnDeals)
            .ifMatch(),
        .get("/api/deals/{id}/history", "The deal's moves through the stages", DealMethods.history, to: Peer.deals)
            .allow(.readDeals),
        .get("/api/deals/{id}/team", "Who is on the deal", DealMethods.team, to: Peer.deals).allow(.readDeals),
        .post("/api/deals/{id}/team", "Add somebody to the deal", DealMethods.addMember, to: Peer.deals)
            .allow(.workOnDeals).created(),
        .delete("/api/deals/{id}/team/{userId}", "Take somebody off the deal", DealMethods.removeMember, to: Peer.deals)
            .allow(.workOnDeals).noContent(),
        .post("/api/deals/{id}/conflict", "Decide the conflict check", DealMethods.decideConflict, to: Peer.deals)
            .allow(.clearConflicts).ifMatch(),
        .get(
            "/api/deals/{id}/counterparties", "Buyers, investors or lenders on the deal", DealMethods.counterparties,
            to: Peer.deals
        )
        .allow(.readDeals),
        .post("/api/deals/{id}/counterparties", "Add a counterparty", DealMethods.addCounterparty, to: Peer.deals)
            .allow(.workOnDeals).created(),

        .own("/api/events", "What happens to the deals you may see, as server-sent events", .events, Nothing.self)
            .allow(.readDeals).streams().passive().heavy(),

        // Audit
        .get("/api/audit", "Search the audit log", AuditMethods.list, to: Peer.audit).allow(.readAudit).query(.audit),
        .get("/api/audit/verify", "Recompute the whole log and compare", AuditMethods.verify, to: Peer.audit)
            .allow(.readAudit).deadline(.seconds(25)).heavy(),

        // Operation
        .get("/api/health", "The state of the services; details when signed in", HealthMethods.current, to: Peer.health)
            .open(.standard),
        .get("/api/health/history", "The last 24 hours of each service", HealthMethods.history, to: Peer.health)
            .allow(.readHealthDetails),
        .own("/.well-known/jwks.json", "The public keys of access tokens (RFC 7517)", .keySet, JSONWebKeySet.self),
        .own("/api/openapi.json", "This document", .openAPI, Nothing.self),
    ]
}
