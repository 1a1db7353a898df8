import Contracts
import NIOCore

/// Routes of one's own account, and of administrators who keep those of others.
extension RouteTable {
    static let people: [Route] = [
        .get("/api/users/me", "Who is signed in", AuthMethods.me)
            .everyone(),
        .put("/api/users/me/password", "Change the own password", AuthMethods.changePassword)
            .sessionOnly().body(4096).deadline(hashing).heavy().noContent(),
        .get("/api/users/me/sessions", "One's own living sessions", AuthMethods.listSessions)
            .sessionOnly(),
        .delete("/api/users/me/sessions", "End all other sessions", AuthMethods.endOtherSessions)
            .sessionOnly(),
        .delete("/api/users/me/sessions/{id}", "End one of the own sessions", AuthMethods.endSession)
            .sessionOnly().noContent(),
        .patch("/api/users/me", "Change one's own name", AuthMethods.updateMe)
            .sessionOnly().body(4096).ifMatch(),
        .get("/api/users/me/tokens", "One's own personal access tokens", AuthMethods.listTokens)
            .sessionOnly(),
        .post(
            "/api/users/me/tokens", "Make a personal access token; its secret is shown this once",
            AuthMethods.createToken
        )
        .sessionOnly().body(4096).created(),
        .delete("/api/users/me/tokens/{id}", "Revoke a personal access token", AuthMethods.revokeToken)
            .sessionOnly().noContent(),
        .get("/api/users/me/factors", "One's own second factors", AuthMethods.listFactors)
            .sessionOnly(),
        .post(
            "/api/users/me/factors/totp", "Begin to set an authenticator app up; its secret is shown this once",
            AuthMethods.beginTOTP
        )
        .sessionOnly().created(),
        .post(
            "/api/users/me/factors/totp/confirm",
            "Turn the app on by a code of it; answers the recovery codes, which are shown this once",
            AuthMethods.confirmTOTP
        )
        .sessionOnly().body(4096),
        .delete(
            "/api/users/me/factors/totp", "Turn the authenticator app off, and drop the recovery codes",
            AuthMethods.removeTOTP
        )
        .sessionOnly().noContent(),
        .post(
            "/api/users/me/factors/recovery-codes", "Make new recovery codes; the old ones are good no more",
            AuthMethods.renewRecoveryCodes
        )
        .sessionOnly().created(),
        .delete(
            "/api/admin/users/{id}/factors",
            "Take the second factors from somebody who lost them, and end the sessions", AuthMethods.resetFactors
        )
        .allow(.manageUsers).noContent(),
        .post("/api/users/me/passkeys/options", "What a browser needs to make a passkey", AuthMethods.passkeyCreation)
            .sessionOnly(),
        .post("/api/users/me/passkeys", "Add a passkey that a browser has made", AuthMethods.addPasskey)
            .sessionOnly().body(8192).created(),
        .get("/api/users/me/passkeys", "One's own passkeys", AuthMethods.listPasskeys)
            .sessionOnly(),
        .delete("/api/users/me/passkeys/{id}", "Remove a passkey; ends all other sessions", AuthMethods.removePasskey)
            .sessionOnly().noContent(),
        .get("/api/admin/users", "List people", AuthMethods.listUsers)
            .allow(.manageUsers).query(.people),
        .get("/api/admin/users/{id}", "One person", AuthMethods.getUser)
            .allow(.manageUsers),
        .patch(
            "/api/admin/users/{id}", "Change a person's name or role; another role ends all sessions and tokens",
            AuthMethods.updateUser
        )
        .allow(.manageUsers).body(4096).ifMatch(),
        .put("/api/admin/users/{id}/status", "Disable or enable a person", AuthMethods.setUserStatus)
            .allow(.manageUsers).ifMatch(),
        .get("/api/admin/users/{id}/sessions", "A person's sessions", AuthMethods.listUserSessions)
            .allow(.manageUsers),
        .delete("/api/admin/users/{id}/sessions", "End all sessions of a person", AuthMethods.endUserSessions)
            .allow(.manageUsers),
        .post(
            "/api/admin/users/{id}/password-reset", "Let a person choose a new password; the token is shown this once",
            AuthMethods.requestPasswordReset
        )
        .allow(.manageUsers).created(),
        .get("/api/admin/invitations", "List open invitations", AuthMethods.listInvitations)
            .allow(.manageUsers).query(.invitations),
        .post("/api/admin/invitations", "Invite a person; the token is shown this once", AuthMethods.createInvitation)
            .allow(.manageUsers).body(4096).created(),
        .delete("/api/admin/invitations/{id}", "Revoke an invitation", AuthMethods.revokeInvitation)
            .allow(.manageUsers).noContent(),
    ]
}
